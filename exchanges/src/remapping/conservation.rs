//! Global conservation: what a remapping lost or gained is given back to the target cells.

use super::ExactSum;
use crate::view::{Elements, ElementsMut, Layout, View, ViewMut};

/// How the difference between the integrals over both grids is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conservation {
    /// The same to all cells: the integrals become equal.
    Global,
    /// In proportion to the values, which keep their sign: the integrals become equal.
    GlobalPositive,
    /// The same to all cells: the integrals become as unequal as the areas.
    Basin,
    /// In proportion to the values: the integrals become as unequal as the areas.
    BasinPositive,
}

/// Integrals over the active cells of both grids, of one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integrals {
    /// Of the field that was sent [unit times area].
    pub source: f64,
    /// Of the remapped field [unit times area].
    pub target: f64,
    /// Area of the source grid's active cells.
    pub source_area: f64,
    /// Area of the target grid's active cells.
    pub target_area: f64,
}

/// What is done to the values of all active target cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Correction {
    /// Add.
    Add(f64),
    /// Multiply.
    Multiply(f64),
}

/// An integral or area that something would have to be divided by is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NothingToScale {
    /// No source cell is active.
    SourceArea,
    /// No target cell is active.
    TargetArea,
    /// The remapped field integrates to 0, and the field that was sent does not.
    Target,
}

impl Conservation {
    /// The correction that these integrals ask for.
    ///
    /// # Errors
    /// A division by 0.
    pub fn correction(self, integrals: Integrals) -> Result<Correction, NothingToScale> {
        let wanted = match self {
            Self::Global | Self::GlobalPositive => integrals.source,
            Self::Basin | Self::BasinPositive if is_zero(integrals.source_area) => {
                return Err(NothingToScale::SourceArea);
            }
            Self::Basin | Self::BasinPositive => {
                integrals.source * (integrals.target_area / integrals.source_area)
            }
        };
        match self {
            Self::Global | Self::Basin if is_zero(integrals.target_area) => {
                Err(NothingToScale::TargetArea)
            }
            Self::Global | Self::Basin => Ok(Correction::Add(
                (wanted - integrals.target) / integrals.target_area,
            )),
            // Nothing was sent, nothing arrived: nothing to do.
            _ if is_zero(integrals.target) && is_zero(wanted) => Ok(Correction::Multiply(1.0)),
            _ if is_zero(integrals.target) => Err(NothingToScale::Target),
            _ => Ok(Correction::Multiply(wanted / integrals.target)),
        }
    }
}

#[allow(clippy::float_cmp, reason = "what must not be divided by")]
fn is_zero(value: f64) -> bool {
    value == 0.0
}

/// The active cells that a rank owns, with their areas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActiveCells {
    /// Position in the rank's array, and area.
    cells: Vec<(usize, f64)>,
}

impl ActiveCells {
    /// Of own cells with these areas, those that `is_active`.
    ///
    /// # Panics
    /// When the lists are of different lengths.
    #[must_use]
    pub fn new(areas: &[f64], is_active: &[bool]) -> Self {
        assert_eq!(
            areas.len(),
            is_active.len(),
            "each cell has an area and a mask"
        );
        let cells = areas.iter().copied().enumerate().zip(is_active);
        Self {
            cells: cells
                .filter_map(|(cell, is_active)| is_active.then_some(cell))
                .collect(),
        }
    }

    /// Their area.
    #[must_use]
    pub fn area(&self) -> ExactSum {
        let mut sum = ExactSum::default();
        sum.extend(self.cells.iter().map(|(_, area)| *area));
        sum
    }

    /// The integral of one level of an array of own cells, axes (i, j, level): each product is rounded, their sum is not.
    ///
    /// # Panics
    /// When the array has fewer cells or levels.
    #[must_use]
    pub fn integral(&self, view: &View<'_>, level: usize) -> ExactSum {
        let place = self.places(&view.layout, level);
        let mut sum = ExactSum::default();
        let cells = self.cells.iter();
        match view.elements {
            Elements::F32(values) => {
                sum.extend(cells.map(|(cell, area)| area * f64::from(values[place(*cell)])));
            }
            Elements::F64(values) => {
                sum.extend(cells.map(|(cell, area)| area * values[place(*cell)]));
            }
        }
        sum
    }

    /// Correct the values of these cells on one level of an array of own cells, axes (i, j, level).
    ///
    /// # Panics
    /// When the array has fewer cells or levels.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the caller's array is of single precision"
    )]
    pub fn correct(&self, correction: Correction, view: &mut ViewMut<'_>, level: usize) {
        let place = self.places(&view.layout, level);
        let corrected = |value: f64| match correction {
            Correction::Add(more) => value + more,
            Correction::Multiply(factor) => value * factor,
        };
        for (cell, _) in &self.cells {
            let place = place(*cell);
            match &mut view.elements {
                ElementsMut::F32(values) => {
                    values[place] = corrected(f64::from(values[place])) as f32;
                }
                ElementsMut::F64(values) => values[place] = corrected(values[place]),
            }
        }
    }

    /// Where a cell is in an array.
    fn places(&self, layout: &Layout, level: usize) -> impl Fn(usize) -> usize + use<> {
        let [ni, nj, levels] = layout.shape;
        let last = self.cells.last().map_or(0, |(cell, _)| cell + 1);
        assert!(
            last <= ni * nj && level < levels,
            "the array has all own cells"
        );
        let [along_i, along_j, along_level] = layout.strides;
        let first = layout.origin.cast_signed() + level.cast_signed() * along_level;
        move |cell| {
            let (i, j) = ((cell % ni).cast_signed(), (cell / ni).cast_signed());
            (first + i * along_i + j * along_j).cast_unsigned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNEQUAL: Integrals = Integrals {
        source: 12.0,
        target: 6.0,
        source_area: 4.0,
        target_area: 2.0,
    };

    #[test]
    fn each_kind_gives_the_difference_back_in_its_way() {
        use Correction::{Add, Multiply};
        let corrections = [
            Conservation::Global,
            Conservation::GlobalPositive,
            Conservation::Basin,
            Conservation::BasinPositive,
        ]
        .map(|kind| kind.correction(UNEQUAL));
        // 12 - 6 over an area of 2; 12 / 6. Half the area takes half the integral, which is there already.
        let expected = [Add(3.0), Multiply(2.0), Add(0.0), Multiply(1.0)].map(Ok);
        assert_eq!(corrections, expected);
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let no_target = Integrals {
            target: 0.0,
            ..UNEQUAL
        };
        let nothing = Integrals {
            source: 0.0,
            ..no_target
        };
        let no_area = Integrals {
            target_area: 0.0,
            ..UNEQUAL
        };
        let no_source = Integrals {
            source_area: 0.0,
            ..UNEQUAL
        };
        let positive = Conservation::GlobalPositive;
        assert_eq!(positive.correction(no_target), Err(NothingToScale::Target));
        assert_eq!(positive.correction(nothing), Ok(Correction::Multiply(1.0)));
        assert_eq!(
            Conservation::Global.correction(no_area),
            Err(NothingToScale::TargetArea)
        );
        assert_eq!(
            Conservation::Basin.correction(no_source),
            Err(NothingToScale::SourceArea)
        );
    }

    #[test]
    fn masked_cells_count_for_nothing_and_keep_their_values() {
        let active = ActiveCells::new(&[1.0, 10.0, 100.0], &[true, false, true]);
        assert_eq!(active.area().value(), 101.0);
        let values = [2.0, f64::NAN, 3.0];
        let view = View {
            layout: Layout::contiguous([3, 1, 1]),
            elements: Elements::F64(&values),
        };
        assert_eq!(active.integral(&view, 0).value(), 302.0);
        let mut values = [2.0, 5.0, 3.0];
        for correction in [Correction::Multiply(2.0), Correction::Add(1.0)] {
            let mut view = ViewMut {
                layout: Layout::contiguous([3, 1, 1]),
                elements: ElementsMut::F64(&mut values),
            };
            active.correct(correction, &mut view, 0);
        }
        assert_eq!(values, [5.0, 5.0, 7.0]);
    }

    #[test]
    fn an_array_of_other_strides_has_the_same_integral() {
        let areas = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let active = ActiveCells::new(&areas, &[true; 6]);
        // Axes (i, j, level) = (3, 2, 2), level fastest.
        let values: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let view = View {
            layout: Layout {
                shape: [3, 2, 2],
                strides: [2, 6, 1],
                origin: 0,
            },
            elements: Elements::F32(&values),
        };
        // 1*1 + 2*3 + 3*5 + 4*7 + 5*9 + 6*11.
        assert_eq!(active.integral(&view, 1).value(), 161.0);
    }
}
