//! What is made of the values that are put between two dates of an exchange: mean, sum, least or greatest.
//!
//! A window takes in every put since the last date that acted, and that of the date itself: with a period of 4 s and puts
//! at each second the window of 4 s is 1, 2, 3, 4 s, that of 0 s the first put alone.

use crate::values;
use halocline_configs::TimeOperation;
use halocline_exchanges::view::View;

/// The values that were put since the last date, made into one for each cell and level.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    /// Axes (i, j, level) of own cells, i fastest.
    pub(crate) values: Vec<f64>,
    /// How many puts are in it.
    pub(crate) count: u32,
    /// Date of the last put of this run [s].
    last: Option<i64>,
}

impl Window {
    pub(crate) fn new(cells: usize) -> Self {
        Self {
            values: vec![0.0; cells],
            ..Self::default()
        }
    }

    /// A window that another run began.
    pub(crate) const fn restored(values: Vec<f64>, count: u32) -> Self {
        Self {
            values,
            count,
            last: None,
        }
    }

    /// Note the date of a put; the last one where it is not later, for then a value would count twice.
    pub(crate) fn advance(&mut self, date: i64) -> Result<(), i64> {
        match self.last.filter(|last| date <= *last) {
            Some(last) => Err(last),
            None => {
                self.last = Some(date);
                Ok(())
            }
        }
    }

    /// Take in the values of one put.
    pub(crate) fn take_in(&mut self, operation: TimeOperation, view: &View<'_>) {
        let values = &mut self.values;
        if self.count == 0 {
            values::combine(values, view, |_, new| new);
        } else {
            match operation {
                TimeOperation::Instant => values::combine(values, view, |_, new| new),
                TimeOperation::Mean | TimeOperation::Sum => {
                    values::combine(values, view, |old, new| old + new);
                }
                TimeOperation::Min => values::combine(values, view, f64::min),
                TimeOperation::Max => values::combine(values, view, f64::max),
            }
        }
        self.count += 1;
    }

    /// Close the window: its values are those of the date, and the next put begins a new one.
    pub(crate) fn close(&mut self, operation: TimeOperation) {
        if operation == TimeOperation::Mean && self.count > 1 {
            let count = f64::from(self.count);
            self.values.iter_mut().for_each(|value| *value /= count);
        }
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_makes_its_own_of_the_same_puts() {
        let close = |operation| {
            let mut window = Window::new(1);
            for value in [101.0, 102.0, 103.0, 104.0] {
                window.take_in(operation, &values::view_of(&[value], [1, 1, 1]));
            }
            window.close(operation);
            assert_eq!(window.count, 0);
            window.values[0]
        };
        assert_eq!(close(TimeOperation::Instant), 104.0);
        assert_eq!(close(TimeOperation::Mean), 102.5);
        assert_eq!(close(TimeOperation::Sum), 410.0);
        assert_eq!(close(TimeOperation::Min), 101.0);
        assert_eq!(close(TimeOperation::Max), 104.0);
    }
}
