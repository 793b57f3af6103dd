//! The values of an array one after the other, in the order of its cells: i fastest, then j, then level.

use halocline_exchanges::{
    partition::OwnedCells,
    view::{Elements, ElementsMut, Layout, View, ViewMut},
};

/// A number of one of the two kinds that arrays have.
trait Value: Copy {
    fn wide(self) -> f64;
    fn narrow(value: f64) -> Self;
}

impl Value for f64 {
    fn wide(self) -> f64 {
        self
    }

    fn narrow(value: f64) -> Self {
        value
    }
}

impl Value for f32 {
    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "the array has single precision"
    )]
    fn narrow(value: f64) -> Self {
        value as Self
    }
}

/// Hand the rows of an array to `act`: the number of the first value, its index, the stride.
fn for_each_row(layout: &Layout, mut act: impl FnMut(usize, usize, isize)) {
    let [ni, nj, levels] = layout.shape;
    let [_, along_j, along_level] = layout.strides;
    for level in 0..levels {
        for j in 0..nj {
            let offset = j.cast_signed() * along_j + level.cast_signed() * along_level;
            let start = layout.origin.wrapping_add_signed(offset);
            act((level * nj + j) * ni, start, layout.strides[0]);
        }
    }
}

/// Replace each of `values` by what `join` makes of it and of the value of the array at its place.
///
/// # Panics
/// When there are fewer values than the array has, or the array reaches beyond its elements.
pub(crate) fn combine(values: &mut [f64], view: &View<'_>, join: impl Fn(f64, f64) -> f64 + Copy) {
    match view.elements {
        Elements::F32(elements) => combine_as(values, elements, &view.layout, join),
        Elements::F64(elements) => combine_as(values, elements, &view.layout, join),
    }
}

fn combine_as<T: Value>(
    values: &mut [f64],
    elements: &[T],
    layout: &Layout,
    join: impl Fn(f64, f64) -> f64 + Copy,
) {
    let ni = layout.shape[0];
    if ni == 0 {
        return;
    }
    for_each_row(layout, |first, start, stride| {
        let row = &mut values[first..first + ni];
        if stride == 1 {
            for (value, element) in row.iter_mut().zip(&elements[start..start + ni]) {
                *value = join(*value, element.wide());
            }
        } else {
            for (i, value) in row.iter_mut().enumerate() {
                let element = elements[start.wrapping_add_signed(i.cast_signed() * stride)];
                *value = join(*value, element.wide());
            }
        }
    });
}

/// Replace each value of an array by what `change` makes of its number and itself.
///
/// # Panics
/// When the array reaches beyond its elements.
pub(crate) fn replace(view: &mut ViewMut<'_>, change: impl Fn(usize, f64) -> f64 + Copy) {
    match &mut view.elements {
        ElementsMut::F32(elements) => replace_as(elements, &view.layout, change),
        ElementsMut::F64(elements) => replace_as(elements, &view.layout, change),
    }
}

fn replace_as<T: Value>(
    elements: &mut [T],
    layout: &Layout,
    change: impl Fn(usize, f64) -> f64 + Copy,
) {
    let ni = layout.shape[0];
    for_each_row(layout, |first, start, stride| {
        for i in 0..ni {
            let element = &mut elements[start.wrapping_add_signed(i.cast_signed() * stride)];
            *element = T::narrow(change(first + i, element.wide()));
        }
    });
}

/// An array of all values without gaps, to read.
pub(crate) fn view_of(values: &[f64], shape: [usize; 3]) -> View<'_> {
    View {
        layout: Layout::contiguous(shape),
        elements: Elements::F64(values),
    }
}

/// Own cells as files are asked for them: (first, count) of each run.
pub(crate) fn runs(own: &OwnedCells) -> Vec<(usize, usize)> {
    own.runs().iter().map(|run| (run.start, run.len)).collect()
}

/// The same array, to read.
pub(crate) fn read<'a>(view: &'a ViewMut<'_>) -> View<'a> {
    View {
        layout: view.layout,
        elements: match &view.elements {
            ElementsMut::F32(elements) => Elements::F32(elements),
            ElementsMut::F64(elements) => Elements::F64(elements),
        },
    }
}

/// One level of an array.
pub(crate) fn level<'a>(view: &View<'a>, level: usize) -> View<'a> {
    let Layout {
        shape: [ni, nj, _],
        strides,
        origin,
    } = view.layout;
    View {
        layout: Layout {
            shape: [ni, nj, 1],
            strides,
            origin: origin.wrapping_add_signed(level.cast_signed() * strides[2]),
        },
        elements: view.elements,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_section_come_in_the_order_of_its_cells() {
        let elements: Vec<f32> = (0..24_u8).map(f32::from).collect();
        // Columns 1 and 3 of 6, rows 1 and 0 of 2, both levels.
        let view = View {
            layout: Layout {
                shape: [2, 2, 2],
                strides: [2, -6, 12],
                origin: 7,
            },
            elements: Elements::F32(&elements),
        };
        let mut values = vec![0.0; 8];
        combine(&mut values, &view, |_, new| new);
        assert_eq!(values, [7.0, 9.0, 1.0, 3.0, 19.0, 21.0, 13.0, 15.0]);
        combine(&mut values, &view, |old, new| old + new);
        assert_eq!(values[3], 6.0);
        let second = level(&view, 1);
        combine(&mut values[..4], &second, |_, new| new);
        assert_eq!(values[..4], [19.0, 21.0, 13.0, 15.0]);
    }

    #[test]
    fn replaced_values_stay_at_their_places() {
        let mut elements = vec![1.0_f64; 6];
        let mut view = ViewMut {
            layout: Layout {
                shape: [2, 1, 2],
                strides: [2, 0, 3],
                origin: 0,
            },
            elements: ElementsMut::F64(&mut elements),
        };
        replace(&mut view, |number, value| value + 10.0 * number as f64);
        assert_eq!(elements, [1.0, 1.0, 11.0, 21.0, 1.0, 31.0]);
    }
}
