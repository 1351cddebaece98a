use proptest::prelude::*;

use super::*;

fn value(text: &str) -> i64 {
    text.parse::<Quantity>()
        .and_then(|q| q.value())
        .unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn milli(text: &str) -> i64 {
    text.parse::<Quantity>()
        .and_then(|q| q.milli_value())
        .unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn every_suffix_has_its_value() {
    let cases = [
        ("0", 0),
        ("12", 12),
        ("+12", 12),
        ("-12", -12),
        ("1k", 1_000),
        ("1M", 1_000_000),
        ("1G", 1_000_000_000),
        ("1T", 1_000_000_000_000),
        ("1P", 1_000_000_000_000_000),
        ("1E", 1_000_000_000_000_000_000),
        ("1Ki", 1 << 10),
        ("1Mi", 1 << 20),
        ("1.5Gi", 3 << 29),
        ("1Ti", 1 << 40),
        ("1Pi", 1 << 50),
        ("1Ei", 1 << 60),
        ("7.999Ei", 9_222_219_115_350_168_962),
        ("1e3", 1_000),
        ("1E3", 1_000),
        ("1e+3", 1_000),
        ("1500e-3", 2),
        (".5", 1),
        ("1.", 1),
        ("00012", 12),
        ("9223372036854775807", i64::MAX),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn values_are_rounded_up_away_from_zero_as_in_kubernetes() {
    assert_eq!(value("1m"), 1);
    assert_eq!(value("1500m"), 2);
    assert_eq!(value("-1500m"), -2);
    assert_eq!(milli("1n"), 1);
    assert_eq!(milli("1u"), 1);
    assert_eq!(milli("0.0001"), 1);
    assert_eq!(milli("1.0001"), 1001);
    assert_eq!(milli("-1.0001"), -1001);
    assert_eq!(milli("250m"), 250);
    // Below one nano the digit is rounded up as well.
    assert_eq!(
        "0.0000000001".parse::<Quantity>().map(|q| q.to_string()),
        Ok("1n".to_owned())
    );
    assert_eq!(
        "1e-400".parse::<Quantity>().map(|q| q.to_string()),
        Ok("1n".to_owned())
    );
    assert_eq!(
        "0e400".parse::<Quantity>().map(|q| q.to_string()),
        Ok("0".to_owned())
    );
}

#[test]
fn what_kubernetes_refuses_is_refused() {
    let bad = [
        "", " ", "1 ", " 1", "+", "-", ".", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i",
        "-3.01i", "-3.01e-", "1e", "1E+", "1Ee3", "1ki", "1KI", "1K", "--1", "+-1", "1,5", "0x10", "1e1.5",
        "NaN", "inf", "١",
    ];
    for text in bad {
        assert!(
            matches!(text.parse::<Quantity>(), Err(QuantityError::Syntax(_))),
            "{text:?}"
        );
    }
}

#[test]
fn too_large_is_an_error_not_a_cut() {
    let large = [
        "9223372036854775808",
        "8Ei",
        "10E",
        "1e19",
        "1e400",
        "1e99999999999999999999",
        &"9".repeat(400),
    ];
    for text in large {
        assert!(
            matches!(text.parse::<Quantity>(), Err(QuantityError::Overflow(_))),
            "{text:?}"
        );
    }
    // It can be a quantity and still have too many thousandths.
    let max: Quantity = "9223372036854775807".parse().expect("fits");
    assert!(matches!(max.milli_value(), Err(QuantityError::Overflow(_))));
}

#[test]
fn the_shown_form_is_exact() {
    for (text, shown) in [
        ("1.5", "1500m"),
        ("1Ki", "1024"),
        ("0.5Ki", "512"),
        ("1500u", "1500u"),
        ("-0", "0"),
    ] {
        assert_eq!(
            text.parse::<Quantity>().map(|q| q.to_string()),
            Ok(shown.to_owned()),
            "{text}"
        );
    }
}

/// The value in nano by long division over digits, an independent slow way.
fn slow_nano(digits: &[u8], places: usize, shift: u32) -> i128 {
    let mut number: Vec<u8> = digits.to_vec();
    for _ in 0..shift {
        let mut carry = 0;
        for digit in number.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            *digit = doubled % 10;
            carry = doubled / 10;
        }
        if carry > 0 {
            number.insert(0, carry);
        }
    }
    number.extend_from_slice(&[0; 9]);
    let cut = number.len() - places.min(number.len());
    let mut total: i128 = 0;
    for digit in &number[..cut] {
        total = total * 10 + i128::from(*digit);
    }
    total + i128::from(number[cut..].iter().any(|d| *d != 0))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        if let Ok(quantity) = text.parse::<Quantity>() {
            prop_assert!(quantity.value().is_ok() || quantity.milli_value().is_err());
        }
    }

    #[test]
    fn no_number_like_text_makes_it_panic(text in "[-+]?[0-9.]{0,50}(e|E|[numkMGTPE]i?)?[-+]?[0-9]{0,25}") {
        if let Ok(quantity) = text.parse::<Quantity>() {
            prop_assert!(quantity.value().is_ok() || quantity.milli_value().is_err());
        }
    }

    #[test]
    fn shown_quantities_read_back_the_same(nano in -LIMIT + 1..LIMIT) {
        let quantity = Quantity { nano };
        prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
    }

    #[test]
    fn binary_fractions_equal_long_division(
        whole in 0u32..8, fraction in proptest::collection::vec(0u8..10, 0..40), shift in 0usize..6,
    ) {
        let text: String = fraction.iter().map(|d| char::from(b'0' + d)).collect();
        let suffix = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][shift];
        let mut digits = vec![u8::try_from(whole).expect("small")];
        digits.extend(&fraction);
        let bits = u32::try_from(10 * (shift + 1)).expect("small");
        let expected = slow_nano(&digits, fraction.len(), bits);
        let read: Quantity = format!("{whole}.{text}{suffix}").parse().expect("in range");
        prop_assert_eq!(read.nano, expected);
    }
}
