//! Files without a fault: what they mean.

use halocline_configs::{DateTime, Device, Element, InitialValue, Seconds, parse};

const DOUBLE_GYRE: &str = include_str!("good/double_gyre.yaml");

#[test]
fn the_reference_example_is_read_in_the_order_of_the_file() {
    let spec =
        parse(DOUBLE_GYRE, "double_gyre.yaml").unwrap_or_else(|problems| panic!("{problems}"));

    assert_eq!(
        spec.components.keys().collect::<Vec<_>>(),
        ["ocean", "closure"]
    );
    assert_eq!(
        spec.fields.keys().collect::<Vec<_>>(),
        ["u", "v", "mask_u", "u_f", "v_f"]
    );
    assert_eq!(spec.time.step, Seconds(1200));
    assert_eq!(
        (spec.time.length_seconds(), spec.time.number_of_steps()),
        (864_000, 720)
    );
    assert_eq!(
        spec.components["ocean"].command.as_ref().unwrap().words,
        ["./double_gyre", "namelist.nml"]
    );
    assert_eq!(spec.components["closure"].device, Device::Auto);
    assert_eq!(
        spec.components["closure"].worker.as_ref().unwrap().function,
        "closure"
    );
}

#[test]
fn environment_values_may_be_numbers_and_truth_values() {
    let spec =
        parse(DOUBLE_GYRE, "double_gyre.yaml").unwrap_or_else(|problems| panic!("{problems}"));

    let environment = &spec.components["ocean"].environment;
    assert_eq!(environment["OMP_NUM_THREADS"], "1");
    assert_eq!(environment["OMP_PROC_BIND"], "true");
    assert_eq!(environment["OMP_STACKSIZE"], "64");
}

#[test]
fn what_an_exchange_leaves_out_gets_its_default() {
    let spec =
        parse(DOUBLE_GYRE, "double_gyre.yaml").unwrap_or_else(|problems| panic!("{problems}"));

    let [velocities, masks, forcing] = &spec.exchanges[..] else {
        panic!("three exchanges")
    };
    assert_eq!(velocities.receive_element(), Element::Float32);
    assert_eq!(masks.name, "ocean->closure[1]");
    assert_eq!(masks.receive_element(), Element::Float64);
    assert_eq!((masks.is_static, masks.period), (true, None));
    assert_eq!(forcing.initial_of("u_f"), Some(InitialValue::Number(0.0)));
    assert!(
        matches!(forcing.initial_of("v_f"), Some(InitialValue::File(file)) if file.variable == "v_f")
    );
}

#[test]
fn dates_of_steps_follow_the_calendar() {
    let spec =
        parse(DOUBLE_GYRE, "double_gyre.yaml").unwrap_or_else(|problems| panic!("{problems}"));

    let date: DateTime = "2000-03-01T00:20:00".parse().unwrap();
    assert_eq!(spec.time.date_at(60 * 86_400 + 1200), date);
}
