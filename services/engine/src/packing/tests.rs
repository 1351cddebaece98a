use hourglass_model::gpu::Product;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::bands::cpu_breakpoints;
use super::*;
use crate::fixture;

fn model(product: &str, offers: Offers) -> GpuModel {
    GpuModel {
        product: Product::parse(product).ok(),
        memory_mib: None,
        compute_capability: None,
        confidential: false,
        offers,
    }
}

fn view(product: &str, free: &[u16]) -> GpuView {
    GpuView::new([GpuGroup::new(model(product, Offers::Both), free.to_vec())])
}

fn asks(cpu_milli: i64, gpu: &Value) -> CanonicalRequest {
    fixture::request(json!({"compute": {"gpu": gpu, "requests": {"cpu": format!("{cpu_milli}m")}}}))
}

fn stock(models: &[(&str, i64)]) -> Stock {
    let mut stock = Stock::default();
    for (product, gpus) in models {
        stock.add(&model(product, Offers::Both), gpus * 1000);
    }
    stock
}

/// What has seen these requests so often that the guess plays no part.
fn learnt(requests: &[CanonicalRequest], stock: &Stock) -> Packing {
    let mut packing = Packing::default();
    for _ in 0..20_000 / requests.len() {
        for request in requests {
            if packing.observe(request) {
                packing.step(stock);
            }
        }
    }
    packing
}

fn cost(packing: &Packing, before: (&GpuView, i64), after: (&GpuView, i64)) -> i64 {
    let room = |(gpus, cpu_milli)| Room { gpus, cpu_milli };
    packing.cost(room(before), room(after))
}

#[test]
fn nothing_free_is_worth_nothing() {
    let packing = Packing::default();
    assert_eq!(packing.worth(&GpuView::default(), 64_000), 0);
    assert_eq!(packing.worth(&view("T4", &[]), 64_000), 0);
    assert_eq!(packing.worth(&view("T4", &[1000, 1000]), 0), 0);
}

#[test]
fn an_empty_node_is_worth_all_its_gpus_when_each_typical_request_can_use_them() {
    let packing = learnt(&[asks(8_000, &json!({"count": 1}))], &stock(&[("T4", 4)]));
    let worth = packing.worth(&view("T4", &[1000; 4]), 64_000);
    assert_eq!(worth, 4_000 * WEIGHT_SUM);
    // Half of the cpu that they need feeds half of the GPUs.
    assert_eq!(packing.worth(&view("T4", &[1000; 4]), 16_000), 2_000 * WEIGHT_SUM);
}

#[test]
fn what_is_too_small_for_every_typical_request_is_worth_nothing() {
    let packing = learnt(&[asks(4_000, &json!({"shareMilli": 500}))], &stock(&[("T4", 4)]));
    assert_eq!(packing.worth(&view("T4", &[499, 499]), 64_000), 0);
    assert_eq!(packing.worth(&view("T4", &[499, 500]), 64_000), 500 * WEIGHT_SUM);
}

#[test]
fn a_request_for_several_gpus_needs_them_on_one_node() {
    let packing = learnt(&[asks(8_000, &json!({"count": 4}))], &stock(&[("T4", 4)]));
    assert_eq!(packing.worth(&view("T4", &[1000; 3]), 64_000), 0);
    assert!(packing.worth(&view("T4", &[1000; 4]), 64_000) > 0);
}

#[test]
fn a_share_costs_less_on_a_gpu_that_is_shared_already() {
    let packing = learnt(
        &[
            asks(8_000, &json!({"count": 1})),
            asks(4_000, &json!({"shareMilli": 500})),
        ],
        &stock(&[("T4", 2)]),
    );
    let used = cost(
        &packing,
        (&view("T4", &[500, 1000]), 64_000),
        (&view("T4", &[0, 1000]), 60_000),
    );
    let fresh = cost(
        &packing,
        (&view("T4", &[1000, 1000]), 64_000),
        (&view("T4", &[500, 1000]), 60_000),
    );
    assert!(used < fresh, "{used} {fresh}");
}

#[test]
fn products_that_others_depend_on_cost_more() {
    let fleet = stock(&[("T4", 100), ("A100", 100)]);
    let any = asks(8_000, &json!({"count": 1}));
    let packing = learnt(
        &[any, asks(8_000, &json!({"count": 1, "products": ["T4"]}))],
        &fleet,
    );
    let (t4, a100) = (model("T4", Offers::Both), model("A100", Offers::Both));
    // Half of the demand may only go to half of the fleet.
    let pressure = packing.pressure(&t4);
    assert!((990..=1000).contains(&pressure), "{pressure}");
    assert_eq!(packing.pressure(&a100), 0);
    let on = |product| {
        let (before, after) = (view(product, &[1000, 1000]), view(product, &[1000]));
        cost(&packing, (&before, 64_000), (&after, 56_000))
    };
    assert!(on("A100") < on("T4"));
}

#[test]
fn a_restriction_that_every_gpu_fulfils_presses_on_nothing() {
    let packing = learnt(
        &[asks(8_000, &json!({"products": ["T4"]}))],
        &stock(&[("T4", 100)]),
    );
    assert_eq!(packing.pressure(&model("T4", Offers::Both)), 0);
}

#[test]
fn what_is_offered_decides_what_it_is_worth() {
    let whole = asks(1_000, &json!({"count": 1}));
    let share = asks(1_000, &json!({"shareMilli": 300}));
    let worth = |request: &CanonicalRequest, offers: Offers| {
        let packing = learnt(std::slice::from_ref(request), &Stock::default());
        let view = GpuView::new([GpuGroup::new(model("T4", offers), vec![1000])]);
        packing.worth(&view, 64_000) / WEIGHT_SUM
    };
    assert_eq!(
        [Offers::Whole, Offers::Shares, Offers::Both].map(|offers| worth(&whole, offers)),
        [1000, 0, 1000]
    );
    assert_eq!(
        [Offers::Whole, Offers::Shares, Offers::Both].map(|offers| worth(&share, offers)),
        [0, 1000, 1000]
    );
}

#[test]
fn a_mig_device_is_worth_its_part_of_a_gpu_to_those_who_ask_for_it() {
    let profile = hourglass_model::gpu::MigProfile::parse("1g.10gb").expect("valid");
    let offers = Offers::Mig {
        profile,
        share_milli: 142,
    };
    let view = GpuView::new([GpuGroup::new(model("A100", offers), vec![142, 142])]);
    let worth =
        |gpu: Value| learnt(&[asks(1_000, &gpu)], &Stock::default()).worth(&view, 64_000) / WEIGHT_SUM;
    assert_eq!(worth(json!({"count": 1, "migProfile": "1g.10gb"})), 284);
    assert_eq!(worth(json!({"count": 1, "migProfile": "3g.40gb"})), 0);
    assert_eq!(worth(json!({"count": 1})), 0);
    assert_eq!(worth(json!({"shareMilli": 100})), 284);
}

#[test]
fn requests_without_gpus_are_not_learnt_and_cost_the_gpus_that_they_starve() {
    let plain = fixture::request(json!({"compute": {"requests": {"cpu": "8"}}}));
    let mut packing = Packing::default();
    for _ in 0..1_000 {
        assert!(!packing.observe(&plain));
    }
    assert_eq!(packing, Packing::default());
    let gpus = view("T4", &[1000, 1000]);
    let starved = cost(&packing, (&gpus, 2_000), (&gpus, 1_000));
    let ample = cost(&packing, (&gpus, 96_000), (&gpus, 88_000));
    assert!(starved > ample && ample == 0, "{starved} {ample}");
}

#[test]
fn what_was_learnt_gives_way_to_what_is_asked_now() {
    let fleet = stock(&[("T4", 100)]);
    let (old, new) = (
        asks(8_000, &json!({"count": 8})),
        asks(2_000, &json!({"shareMilli": 100})),
    );
    let mut packing = learnt(std::slice::from_ref(&old), &fleet);
    let weight = |packing: &Packing, request: &CanonicalRequest| {
        let wanted = TypicalRequest::of(request).expect("has GPUs");
        let found = packing.typical().find(|(one, _)| **one == wanted);
        found.map_or(0, |(_, weight)| weight)
    };
    assert_eq!(weight(&packing, &old), WEIGHT_SUM);
    for _ in 0..4_096 {
        if packing.observe(&new) {
            packing.step(&fleet);
        }
    }
    let (old, new) = (weight(&packing, &old), weight(&packing, &new));
    assert!(new > old && old > WEIGHT_SUM / 3, "{old} {new}");
}

#[test]
fn only_so_many_requests_are_remembered_and_only_the_frequent_ones_count() {
    let fleet = stock(&[("T4", 100)]);
    let mut packing = Packing::default();
    let frequent = asks(8_000, &json!({"count": 1}));
    for round in 0..3_000 {
        for request in [&frequent, &asks(1_000 + round, &json!({"count": 1}))] {
            if packing.observe(request) {
                packing.step(&fleet);
            }
        }
    }
    assert!(packing.typical.all().count() <= 512);
    let first = packing.typical().next().map(|(request, _)| request.cpu_milli);
    assert_eq!(first, Some(8_000));
    let sum: i64 = packing.typical().map(|(_, weight)| weight).sum();
    assert!((WEIGHT_SUM * 9 / 10..=WEIGHT_SUM).contains(&sum), "{sum}");
}

#[test]
fn replicas_count_each() {
    let fleet = stock(&[("T4", 100)]);
    let one = asks(8_000, &json!({"count": 1}));
    let mut many = one.clone();
    many.replicas = 32;
    let (mut packing, mut other) = (Packing::default(), Packing::default());
    assert!(packing.observe(&many));
    for time in 1..=32 {
        assert_eq!(other.observe(&one), time == 32);
    }
    packing.step(&fleet);
    other.step(&fleet);
    assert_eq!(packing, other);
    assert_eq!(packing.version(), 1);
}

fn any_gpu() -> impl Strategy<Value = Value> {
    prop_oneof![
        (1..=8u32).prop_map(|count| json!({"count": count})),
        (1..=999u32).prop_map(|milli| json!({"shareMilli": milli})),
        (1..=2u32).prop_map(|count| json!({"count": count, "products": ["T4"]})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn worth_is_constant_between_breakpoints_and_never_falls_with_more_room(
        requests in proptest::collection::vec((0..40_000i64, any_gpu()), 1..6),
        free in proptest::collection::vec(0..=1000u16, 0..9),
        band in 0..40usize, within in 0..4_000i64, more in 0..=1000u16,
    ) {
        let requests: Vec<CanonicalRequest> =
            requests.into_iter().map(|(cpu, gpu)| asks(cpu.max(1), &gpu)).collect();
        let mut packing = Packing::default();
        for request in requests.iter().cycle().take(300) {
            if packing.observe(request) {
                packing.step(&stock(&[("T4", 10), ("A100", 30)]));
            }
        }
        let points = cpu_breakpoints();
        let (low, next) = (points[band], points[band + 1]);
        let cpu = low + within % (next - low);
        let gpus = view("T4", &free);
        let worth = packing.worth(&gpus, cpu);
        prop_assert_eq!(worth, packing.worth(&gpus, low));
        prop_assert!(worth <= packing.worth(&gpus, next));
        let fuller = view("T4", &free.iter().copied().chain([more]).collect::<Vec<_>>());
        prop_assert!(worth <= packing.worth(&fuller, cpu));
        prop_assert!(worth <= gpus.free_milli() * WEIGHT_SUM);
    }

    #[test]
    fn the_order_of_devices_does_not_matter_and_a_dump_decides_the_same(
        requests in proptest::collection::vec((1..40_000i64, any_gpu()), 1..6),
        free in proptest::collection::vec(0..=1000u16, 1..9), cpu in 0..200_000i64,
    ) {
        let mut packing = Packing::default();
        for (cpu, gpu) in requests.iter().cycle().take(77) {
            if packing.observe(&asks(*cpu, gpu)) {
                packing.step(&stock(&[("T4", 10), ("A100", 30)]));
            }
        }
        let text = serde_json::to_string(&packing).expect("has a JSON form");
        let mut read: Packing = serde_json::from_str(&text).expect("is what was written");
        prop_assert_eq!(&read, &packing);
        let mut turned = free.clone();
        turned.reverse();
        prop_assert_eq!(read.worth(&view("A100", &turned), cpu), packing.worth(&view("A100", &free), cpu));
        // And they go on learning alike.
        let next = asks(1_234, &json!({"count": 3}));
        for _ in 0..64 {
            let due = packing.observe(&next);
            prop_assert_eq!(due, read.observe(&next));
            if due {
                packing.step(&Stock::default());
                read.step(&Stock::default());
            }
        }
        prop_assert_eq!(read, packing);
    }
}
