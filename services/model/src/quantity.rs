//! Kubernetes quantities, exactly: `100m`, `1.5Gi`, `2e3`, `-1`.
//!
//! The grammar is that of `k8s.io/apimachinery/pkg/api/resource.Quantity`
//! (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>): a signed decimal number, then a
//! binary suffix (Ki Mi Gi Ti Pi Ei), a decimal one (n u m k M G T P E) or a decimal exponent (e or E with a signed
//! integer). Digits below one nano are rounded up, away from zero, as there. Unlike there, a number beyond 2^63 base
//! units is an error and is not silently cut.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const NANO: i128 = 1_000_000_000;
/// 2^63 base units in nano.
const LIMIT: i128 = (i64::MAX as i128 + 1) * NANO;

/// Why a text is not a quantity, or a quantity not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// No grammar covers it.
    #[error(
        "{0:?} is not a quantity: write a number with an optional suffix, for example 500m, 2, 1.5Gi, 10G or 1e3"
    )]
    Syntax(String),
    /// It is beyond 2^63 in the unit asked for.
    #[error("{0} is too large for a quantity")]
    Overflow(String),
}

/// An exact amount with nano precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quantity {
    nano: i128,
}

impl Quantity {
    /// So many base units.
    #[must_use]
    pub fn from_units(units: i64) -> Self {
        Self {
            nano: i128::from(units) * NANO,
        }
    }

    /// So many thousandths.
    #[must_use]
    pub fn from_milli(milli: i64) -> Self {
        Self {
            nano: i128::from(milli) * (NANO / 1000),
        }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.nano < 0
    }

    /// Whether it is a whole number of base units.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.nano % NANO == 0
    }

    fn scaled(&self, unit: i128) -> Result<i64, QuantityError> {
        let whole = self.nano / unit;
        let rounded = if self.nano % unit == 0 {
            whole
        } else {
            whole + self.nano.signum()
        };
        i64::try_from(rounded).map_err(|_| QuantityError::Overflow(self.to_string()))
    }

    /// Base units, rounded up (away from zero), as `Quantity.Value()`.
    ///
    /// # Errors
    /// When it does not fit in 64 bits.
    pub fn value(&self) -> Result<i64, QuantityError> {
        self.scaled(NANO)
    }

    /// Thousandths, rounded up (away from zero), as `Quantity.MilliValue()`.
    ///
    /// # Errors
    /// When it does not fit in 64 bits.
    pub fn milli_value(&self) -> Result<i64, QuantityError> {
        self.scaled(NANO / 1000)
    }
}

/// How the number in front of a suffix is scaled: by 10^power, or by 1024^kilos.
enum Scale {
    Decimal(i64),
    Binary { kilos: u32 },
}

fn scale(suffix: &str) -> Option<Scale> {
    let power = |n| Some(Scale::Decimal(n));
    let binary = |kilos| Some(Scale::Binary { kilos });
    match suffix {
        "" => power(0),
        "n" => power(-9),
        "u" => power(-6),
        "m" => power(-3),
        "k" => power(3),
        "M" => power(6),
        "G" => power(9),
        "T" => power(12),
        "P" => power(15),
        "E" => power(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // An exponent too long for 64 bits is as good as the largest one.
            let value = digits.parse::<i64>().unwrap_or(i64::MAX);
            power(if exponent.starts_with('-') {
                value.saturating_neg()
            } else {
                value
            })
        }
    }
}

/// `digits` × 10^`power` in nano, rounded up; `None` when out of range. `digits` has no leading zeros.
fn decimal_nano(digits: &str, power: i64) -> Option<i128> {
    if digits.is_empty() {
        return Some(0);
    }
    let power = power.checked_add(9)?;
    if power >= 0 {
        // More digits than i128 can hold is out of range whatever they are.
        let zeros = u32::try_from(power).ok().filter(|zeros| *zeros <= 38)?;
        return digits
            .parse::<i128>()
            .ok()?
            .checked_mul(10_i128.checked_pow(zeros)?);
    }
    let dropped = usize::try_from(power.unsigned_abs()).unwrap_or(usize::MAX);
    let keep = digits.len().saturating_sub(dropped);
    let (kept, rest) = digits.split_at(keep);
    let whole = if kept.is_empty() {
        0
    } else {
        kept.parse::<i128>().ok()?
    };
    let round_up = rest.bytes().any(|b| b != b'0');
    whole.checked_add(i128::from(round_up))
}

/// Decimal digits times 1024, once per round, exactly.
fn times_1024(digits: &str, rounds: u32) -> String {
    let mut number: Vec<u32> = digits.bytes().rev().map(|b| u32::from(b - b'0')).collect();
    for _ in 0..rounds {
        let mut carry = 0;
        for digit in &mut number {
            let product = *digit * 1024 + carry;
            *digit = product % 10;
            carry = product / 10;
        }
        while carry > 0 {
            number.push(carry % 10);
            carry /= 10;
        }
    }
    number
        .iter()
        .rev()
        .filter_map(|digit| char::from_digit(*digit, 10))
        .collect()
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let syntax = || QuantityError::Syntax(text.chars().take(100).collect());
        let overflow = || QuantityError::Overflow(text.chars().take(100).collect());
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = unsigned
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(syntax());
        }
        let fraction = fraction.trim_end_matches('0');
        let joined = format!("{whole}{fraction}");
        let digits = joined.trim_start_matches('0');
        let places = i64::try_from(fraction.len()).map_err(|_| overflow())?;
        let nano = match scale(suffix).ok_or_else(syntax)? {
            Scale::Decimal(power) => decimal_nano(digits, power.saturating_sub(places)),
            Scale::Binary { kilos } => decimal_nano(&times_1024(digits, kilos), -places),
        };
        let nano = nano.filter(|nano| *nano < LIMIT).ok_or_else(overflow)?;
        Ok(Self {
            nano: if negative { -nano } else { nano },
        })
    }
}

impl fmt::Display for Quantity {
    /// The shortest exact decimal form: whole units, else `m`, `u` or `n`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, suffix) in [(NANO, ""), (NANO / 1000, "m"), (1000, "u")] {
            if self.nano % unit == 0 {
                return write!(f, "{}{suffix}", self.nano / unit);
            }
        }
        write!(f, "{}n", self.nano)
    }
}

impl TryFrom<String> for Quantity {
    type Error = QuantityError;
    fn try_from(text: String) -> Result<Self, QuantityError> {
        text.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

#[cfg(test)]
mod tests;
