//! Durations, dates, commands and devices as they are written.

use halocline_configs::{Calendar, Command, DateTime, Device, Seconds, WorkerFunction, parse};

fn seconds(text: &str) -> i64 {
    text.parse::<Seconds>()
        .unwrap_or_else(|misread| panic!("{text}: {misread}"))
        .get()
}

#[test]
fn durations_are_whole_seconds() {
    let written = [
        ("1200 s", 1200),
        ("20 min", 1200),
        ("1h", 3600),
        ("10 days", 864_000),
        ("1 h 30 min", 5400),
    ];
    for (text, expected) in
        written
            .into_iter()
            .chain([("90", 90), ("-20 min", -1200), ("2 weeks", 1_209_600)])
    {
        assert_eq!(seconds(text), expected, "{text}");
    }
}

#[test]
fn durations_that_are_none_are_refused() {
    for text in [
        "",
        "-",
        "min",
        "1.5 h",
        "20 mim",
        "2 years",
        "1 month",
        "99999999999999999999 s",
        "9999999999999999 w",
    ] {
        assert!(text.parse::<Seconds>().is_err(), "{text}");
    }
}

#[test]
fn durations_are_shown_as_they_are_written() {
    for text in [
        "0 s", "90 s", "20 min", "3 h", "1 day", "10 days", "-20 min",
    ] {
        assert_eq!(Seconds(seconds(text)).to_string(), text);
    }
}

fn date(text: &str) -> DateTime {
    text.parse()
        .unwrap_or_else(|misread| panic!("{text}: {misread}"))
}

#[test]
fn dates_follow_their_calendars() {
    const DAY: i64 = 86_400;
    let cases = [
        (Calendar::Gregorian, "2000-02-28", 2 * DAY, "2000-03-01"),
        (Calendar::Gregorian, "1900-02-28", DAY, "1900-03-01"),
        (Calendar::Gregorian, "1999-12-31T23:59:59", 1, "2000-01-01"),
        (
            Calendar::Gregorian,
            "2000-01-01",
            146_097 * DAY,
            "2400-01-01",
        ),
        (Calendar::Gregorian, "2000-01-01", -DAY, "1999-12-31"),
        (Calendar::NoLeap, "2000-02-28", DAY, "2000-03-01"),
        (
            Calendar::NoLeap,
            "2000-01-01",
            365 * 1000 * DAY,
            "3000-01-01",
        ),
        (Calendar::Days360, "2000-02-30", DAY, "2000-03-01"),
        (Calendar::Days360, "2000-12-30", DAY, "2001-01-01"),
        (Calendar::Days360, "0001-01-01", 3661, "0001-01-01T01:01:01"),
    ];
    for (calendar, start, seconds, end) in cases {
        assert_eq!(
            calendar.add(date(start), seconds),
            date(end),
            "{calendar} {start}"
        );
        assert_eq!(
            calendar.seconds_between(date(start), date(end)),
            seconds,
            "{calendar} {start}"
        );
    }
}

#[test]
fn each_day_of_four_centuries_comes_after_the_one_before() {
    let start = date("1600-01-01");
    let mut before = start;
    for day in 1..146_097 {
        let next = Calendar::Gregorian.add(start, day * 86_400);
        let same_month =
            (next.year, next.month) == (before.year, before.month) && next.day == before.day + 1;
        let last = before.day == Calendar::Gregorian.days_in_month(before.year, before.month);
        assert!(
            same_month || (last && next.day == 1),
            "{before} then {next}"
        );
        before = next;
    }
    assert_eq!(before, date("1999-12-31"));
}

#[test]
fn commands_are_split_like_a_shell_does() {
    let words = |text: &str| {
        text.parse::<Command>()
            .map(|command| command.words)
            .map_err(|misread| misread.change)
    };

    assert_eq!(
        words("./ocean  namelist.nml").unwrap(),
        ["./ocean", "namelist.nml"]
    );
    assert_eq!(
        words(r#"sh -c 'a "b"' "c d"e f\ g """#).unwrap(),
        ["sh", "-c", "a \"b\"", "c de", "f g", ""]
    );
    assert!(words("./ocean 'open").is_err());
    assert!(words("  ").is_err());
}

#[test]
fn workers_and_devices_are_read_whole() {
    let worker: WorkerFunction = "nets/closure.py:closure".parse().unwrap();
    assert_eq!(
        (worker.file.to_str().unwrap(), worker.function.as_str()),
        ("nets/closure.py", "closure")
    );
    for wrong in [
        "closure.py",
        "closure.txt:f",
        "closure.py:2f",
        ":f",
        "closure.py:",
    ] {
        assert!(wrong.parse::<WorkerFunction>().is_err(), "{wrong}");
    }
    assert_eq!("cuda:3".parse(), Ok(Device::Cuda(Some(3))));
    for text in ["auto", "cpu", "cuda", "cuda:0"] {
        assert_eq!(text.parse::<Device>().unwrap().to_string(), text);
    }
    assert!("gpu".parse::<Device>().is_err());
}

const SMALL: &str = "time: {start: 2000-01-01, step: 60, steps: 3}
components: {a: {ranks: 1, command: [./a]}, b: {ranks: 1, command: ./b}}
grids: {g: {nx: 2, ny: 2, boundary: {i: closed, j: closed}}}
fields: {f: {units: 1, grid: g}}
exchanges: [{from: a, to: b, fields: [f], period: 60, fill: FILL}]
";

#[test]
fn fill_may_be_any_number() {
    let fill = |text: &str| {
        parse(&SMALL.replace("FILL", text), "small.yaml").map(|spec| spec.exchanges[0].fill)
    };

    assert!(fill(".nan").unwrap().is_nan());
    assert_eq!(fill("1e20").unwrap(), 1e20);
    assert_eq!(fill("-9999").unwrap(), -9999.0);
    assert!(fill("none").is_err());
}

#[test]
fn anchors_and_merges_count_as_if_written_out() {
    let text = "
time: {start: 2000-01-01, step: 20 min, steps: 3}
components: {a: &program {ranks: 1, command: ./a}, b: {<<: *program, ranks: 2}}
grids: {g: {nx: 8, ny: 8, boundary: {i: closed, j: closed}}}
fields: {f: &field {units: K, grid: g}, h: *field}
exchanges: [{from: a, to: b, fields: [f, h], period: 20 min}]
";
    let spec = parse(text, "anchors.yaml").unwrap_or_else(|problems| panic!("{problems}"));

    assert_eq!(
        (
            spec.components["b"].ranks,
            spec.components["b"].command.is_some()
        ),
        (2, true)
    );
    assert_eq!(spec.fields["h"], spec.fields["f"]);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let uses = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("b{level}: &a{level} [{uses}]\n");
    }

    let problems = parse(&text, "bomb.yaml").unwrap_err();

    assert!(
        problems.to_string().contains("more than 200000 values"),
        "{}",
        problems.lines().join("\n")
    );
}

#[test]
fn places_count_characters_not_bytes() {
    let text = SMALL
        .replace("FILL", "0")
        .replace("units: 1", "long_name: Wärme é, units: 1, colour: x");

    let problems = parse(&text, "small.yaml").unwrap_err();

    let line = text.lines().nth(3).unwrap();
    let column = line
        .chars()
        .collect::<String>()
        .split("colour")
        .next()
        .unwrap()
        .chars()
        .count()
        + 1;
    assert_eq!(
        (
            problems.problems[0].place.line,
            problems.problems[0].place.column
        ),
        (4, column)
    );
}
