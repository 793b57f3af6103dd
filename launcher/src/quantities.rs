//! Quantities as people read them.

/// `1.5 MiB`.
pub(crate) fn size(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 || unit == "TiB" {
            return if unit == "B" || value >= 100.0 {
                format!("{value:.0} {unit}")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1024.0;
    }
    unreachable!("the last unit takes everything")
}

/// `1.5 ms`.
pub(crate) fn duration(seconds: f64) -> String {
    for (unit, length) in [("s", 1.0), ("ms", 1e-3), ("us", 1e-6)] {
        if seconds >= length || unit == "us" {
            return format!("{} {unit}", number(seconds / length));
        }
    }
    unreachable!("the last unit takes everything")
}

/// Three digits, more where they lie before the point: `0.12`, `1.25`, `12.5`, `125`, `1250`.
pub(crate) fn number(value: f64) -> String {
    if value.fract() == 0.0 || value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_enough() {
        let shown = [0.125, 3.0, 12.25, 125.4, 5_308_416.0].map(number);
        assert_eq!(shown, ["0.12", "3", "12.2", "125", "5308416"]);
        assert_eq!(size(1536.0), "1.5 KiB");
        assert_eq!(
            [2.5, 0.0025, 0.000_025].map(duration),
            ["2.50 s", "2.50 ms", "25.0 us"]
        );
    }
}
