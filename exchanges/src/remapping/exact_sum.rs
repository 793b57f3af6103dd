//! Sums of doubles without any rounding, so that neither order nor layout changes them.
//!
//! A double is a whole number of 53 bits, moved by up to 2045 bits above the smallest number there is, 2^-1074. The sum of
//! any doubles is then one long whole number:
//!
//! ```text
//!   limb     67        ...      2           1           0
//!            |  32 bits  | ... |  32 bits  |  32 bits  |  32 bits  |  times 2^-1074
//! ```
//!
//! Each limb lies in a word of 64 bits, so that carries may wait: a number is added to three limbs at most. Sums of parts
//! add up limb by limb. Only the result is rounded, once.

/// Bits of a limb.
const BITS: usize = 32;
/// Limbs of the longest finite number, 2098 bits, and room for the carries of more numbers than can ever be added.
const LIMBS: usize = 68;
/// Numbers that can be added before carries must go on: each adds less than 2^32 to a limb.
const ADDED_BEFORE_CARRY: u32 = 1 << 30;

/// The exact sum of doubles.
#[derive(Debug, Clone)]
pub struct ExactSum {
    limbs: [i64; LIMBS],
    /// Numbers added since carries went on.
    added: u32,
    /// What was added that is not finite: infinity, minus infinity, not a number.
    not_finite: [bool; 3],
}

impl Default for ExactSum {
    fn default() -> Self {
        Self {
            limbs: [0; LIMBS],
            added: 0,
            not_finite: [false; 3],
        }
    }
}

impl ExactSum {
    /// How many numbers a sum is as [`ExactSum::to_numbers`].
    pub const NUMBERS: usize = LIMBS + 1;

    /// Add a number.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52) as usize & 0x7ff;
        if exponent == 0x7ff {
            return self.add_not_finite(value);
        }
        let fraction = bits & ((1 << 52) - 1);
        // Subnormal numbers have the exponent of the smallest normal ones, without the leading bit.
        let (whole, moved) = match exponent {
            0 => (fraction, 0),
            _ => (fraction | 1 << 52, exponent - 1),
        };
        let wide = u128::from(whole) << (moved % BITS);
        let limbs = &mut self.limbs[moved / BITS..][..3];
        for (place, limb) in limbs.iter_mut().enumerate() {
            #[allow(clippy::cast_possible_truncation, reason = "the bits of one limb")]
            let part = i64::from((wide >> (place * BITS)) as u32);
            *limb += if value.is_sign_negative() {
                -part
            } else {
                part
            };
        }
        self.added += 1;
        if self.added == ADDED_BEFORE_CARRY {
            self.carry();
        }
    }

    fn add_not_finite(&mut self, value: f64) {
        let kind = if value.is_nan() {
            2
        } else {
            usize::from(value < 0.0)
        };
        self.not_finite[kind] = true;
    }

    /// Add another sum.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += more;
        }
        for (found, more) in self.not_finite.iter_mut().zip(other.not_finite) {
            *found |= more;
        }
        self.carry();
    }

    /// Carry what is beyond 32 bits of each limb on to the next; the last one keeps the sign.
    fn carry(&mut self) {
        let mut carried = 0;
        for limb in &mut self.limbs[..LIMBS - 1] {
            let whole = *limb + carried;
            carried = whole >> BITS;
            *limb = whole - (carried << BITS);
        }
        self.limbs[LIMBS - 1] += carried;
        self.added = 0;
    }

    /// The sum, rounded to the nearest double, halves to the even one.
    #[must_use]
    pub fn value(&self) -> f64 {
        let [up, down, nan] = self.not_finite;
        if nan || up && down {
            return f64::NAN;
        }
        if up || down {
            return if up { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        let mut sum = self.clone();
        sum.carry();
        if sum.limbs[LIMBS - 1] < 0 {
            sum.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            sum.carry();
            return -sum.magnitude();
        }
        sum.magnitude()
    }

    /// The value of a sum that is not negative and whose carries have gone on.
    fn magnitude(&self) -> f64 {
        let Some(highest) = self.limbs.iter().rposition(|limb| *limb != 0) else {
            return 0.0;
        };
        // The four highest limbs; below limb 0 there is nothing.
        let limb = |below: usize| highest.checked_sub(below).map_or(0, |at| self.limbs[at]);
        let window = (0..4).fold(0, |window: u128, below| {
            window << BITS | u128::from(limb(below).cast_unsigned())
        });
        let lower = &self.limbs[..highest.saturating_sub(3)];
        let more_below = lower.iter().any(|limb| *limb != 0);
        // Bits from the lowest one of the window up to 2^-1074, where they are below it.
        let below_least = (3 * BITS).saturating_sub(highest * BITS);
        let top = 127 - window.leading_zeros() as usize;
        #[allow(clippy::cast_possible_truncation, reason = "at most 53 bits are left")]
        if top <= 52 + below_least {
            // A number that small needs no rounding, and its bits are the number itself.
            return f64::from_bits((window >> below_least) as u64);
        }
        let dropped = top - 52;
        let (kept, rest) = (window >> dropped, window & ((1 << dropped) - 1));
        let half = 1 << (dropped - 1);
        let is_above_half = rest > half || rest == half && (more_below || kept & 1 == 1);
        #[allow(clippy::cast_possible_truncation, reason = "at most 53 bits are kept")]
        let rounded = kept as u64 + u64::from(is_above_half);
        // A carry out of the 53 bits goes into the exponent, as it should.
        let moved = (dropped + highest * BITS - 3 * BITS) as u64;
        if moved >= 2046 {
            return f64::INFINITY;
        }
        f64::from_bits((moved << 52) + rounded)
    }

    /// The sum as whole numbers that doubles hold, so that it can travel as a field does.
    #[must_use]
    pub fn to_numbers(&self) -> [f64; Self::NUMBERS] {
        let mut sum = self.clone();
        sum.carry();
        let kinds = self.not_finite.map(u8::from);
        let mut numbers = [0.0; Self::NUMBERS];
        #[allow(clippy::cast_precision_loss, reason = "limbs have 32 bits")]
        for (number, limb) in numbers.iter_mut().zip(sum.limbs) {
            *number = limb as f64;
        }
        numbers[LIMBS] = f64::from(kinds[0] | kinds[1] << 1 | kinds[2] << 2);
        numbers
    }

    /// The sum of which these are the numbers.
    ///
    /// # Panics
    /// When there are fewer than [`ExactSum::NUMBERS`].
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "they are whole numbers of 32 bits"
    )]
    pub fn from_numbers(numbers: &[f64]) -> Self {
        let mut sum = Self::default();
        for (limb, number) in sum.limbs.iter_mut().zip(numbers) {
            *limb = *number as i64;
        }
        let kinds = numbers[LIMBS] as i64;
        sum.not_finite = [1, 2, 4].map(|bit| kinds & bit != 0);
        sum
    }
}

impl Extend<f64> for ExactSum {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        values.into_iter().for_each(|value| self.add(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        sum.extend(values.iter().copied());
        sum.value()
    }

    #[test]
    fn what_doubles_lose_is_kept() {
        assert_eq!(exact(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(exact(&[1e16, 1.0, 1.0, -1e16]), 2.0);
        assert_eq!(
            exact(&[0.1; 10]),
            1.0,
            "ten tenths, each a little above 0.1"
        );
        assert_eq!(exact(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(exact(&[]), 0.0);
    }

    #[test]
    fn halves_go_to_the_even_neighbour_and_anything_beyond_decides() {
        let unit = 2f64.powi(53);
        assert_eq!(exact(&[unit, 1.0]), unit);
        assert_eq!(exact(&[unit, 1.0, 5e-324]), unit + 2.0);
        assert_eq!(exact(&[unit + 2.0, 1.0]), unit + 4.0);
        assert_eq!(exact(&[unit, 2.0, -1.0, -5e-324]), unit);
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        let least = f64::from_bits(1);
        assert_eq!(exact(&[least]), least);
        assert_eq!(exact(&[least, least, least]), f64::from_bits(3));
        assert_eq!(
            exact(&[f64::MIN_POSITIVE, -least]),
            f64::MIN_POSITIVE - least
        );
        assert_eq!(exact(&[f64::MAX]), f64::MAX);
        assert_eq!(exact(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(exact(&[-f64::MAX, -f64::MAX]), f64::NEG_INFINITY);
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        assert_eq!(exact(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert!(exact(&[f64::NEG_INFINITY, f64::INFINITY]).is_nan());
        assert!(exact(&[f64::NAN]).is_nan());
    }

    #[test]
    fn carries_go_on_before_a_limb_overflows() {
        let mut sum = ExactSum {
            added: ADDED_BEFORE_CARRY - 2,
            ..ExactSum::default()
        };
        sum.limbs[32] = i64::from(ADDED_BEFORE_CARRY) << 32;
        let before = sum.value();
        sum.extend([3.0, 4.0]);
        assert_eq!(sum.added, 0);
        assert!(sum.limbs.iter().all(|limb| (0..1 << 32).contains(limb)));
        assert_eq!(sum.value(), before + 7.0);
    }

    /// Doubles of all sizes and signs.
    fn doubles() -> impl Strategy<Value = Vec<f64>> {
        let any_bits = any::<u64>().prop_map(f64::from_bits);
        let finite = any_bits.prop_filter("finite", |value| value.is_finite());
        prop::collection::vec(finite, 0..60)
    }

    proptest! {
        #[test]
        fn one_number_is_itself(value in any::<f64>()) {
            prop_assert_eq!(exact(&[value, 0.0]).to_bits(), (value + 0.0).to_bits());
        }

        #[test]
        fn two_numbers_are_rounded_as_the_processor_does(values in (any::<u64>(), any::<u64>(), 0..70u64)) {
            // Exponents close to each other, so that there is something to round.
            let first = f64::from_bits(values.0);
            let exponent = (values.0 >> 52 & 0x7ff).saturating_sub(values.2);
            let second = f64::from_bits(values.1 & !(0x7ff << 52) | exponent << 52);
            prop_assume!(first.is_finite() && second.is_finite());
            prop_assert_eq!(exact(&[first, second]), first + second);
        }

        #[test]
        fn whole_numbers_add_up_as_whole_numbers(numbers in prop::collection::vec(any::<i64>(), 0..80)) {
            let values: Vec<f64> = numbers.iter().map(|number| *number as f64).collect();
            let whole: i128 = values.iter().map(|value| *value as i128).sum();
            prop_assert_eq!(exact(&values), whole as f64);
        }

        #[test]
        fn parts_in_any_order_give_the_same_bits(values in doubles(), cuts in prop::collection::vec(1..9usize, 1..9)) {
            let whole = exact(&values);
            let mut parts = Vec::new();
            let mut rest = &values[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let (part, after) = rest.split_at((*cut).min(rest.len()));
                parts.push(part);
                rest = after;
            }
            let mut sum = ExactSum::default();
            for part in parts.into_iter().rev() {
                let mut partial = ExactSum::default();
                partial.extend(part.iter().copied());
                sum.merge(&ExactSum::from_numbers(&partial.to_numbers()));
            }
            prop_assert_eq!(sum.value().to_bits(), whole.to_bits());
        }

        #[test]
        fn a_sum_and_its_opposite_leave_nothing(values in doubles()) {
            let opposite = values.iter().map(|value| -value);
            let both: Vec<f64> = values.iter().copied().chain(opposite).collect();
            prop_assert_eq!(exact(&both), 0.0);
        }
    }
}
