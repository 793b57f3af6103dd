//! Arrays of one to three axes as (i, j, level).

use crate::refused;
use halocline_coupler::{Code, Error};
use halocline_exchanges::view::Layout;

/// See an array of `rank` axes as (i, j, level): the last axis of a bundle is the level.
///
/// | levels | axes of the array |
/// |---|---|
/// | 1 | (cells) or (nx, ny) |
/// | more | (cells, level) or (nx, ny, level) |
///
/// `layout` has the extents of missing axes as 1.
///
/// # Errors
/// Three axes of a field that is no bundle, one axis of one that is, or another number of levels.
pub fn arranged(rank: usize, layout: Layout, levels: usize) -> Result<Layout, Error> {
    let [ni, nj, _] = layout.shape;
    let [along_i, along_j, _] = layout.strides;
    match (rank, levels) {
        (1 | 2, 1) => Ok(layout),
        (3, 1) => Err(wrong_axes(rank, layout, "(cells) or (nx, ny)", levels)),
        (3, _) if layout.shape[2] == levels => Ok(layout),
        (2, _) if nj == levels => Ok(Layout {
            shape: [ni, 1, levels],
            strides: [along_i, 0, along_j],
            origin: layout.origin,
        }),
        _ => Err(wrong_axes(
            rank,
            layout,
            &format!("(cells, {levels}) or (nx, ny, {levels})"),
            levels,
        )),
    }
}

fn wrong_axes(rank: usize, layout: Layout, expected: &str, levels: usize) -> Error {
    let extents: Vec<String> = layout.shape[..rank]
        .iter()
        .map(ToString::to_string)
        .collect();
    refused(
        Code::Shape,
        format!("an array of shape ({})", extents.join(", ")),
        format!("shape {expected} of a field with {levels} levels"),
        "pass the bundle's levels as last axis, or correct the bundle size that the variable is defined with",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(rank: usize, shape: [usize; 3], levels: usize) -> Option<[usize; 3]> {
        let found = arranged(rank, Layout::contiguous(shape), levels).ok()?;
        Some(found.shape)
    }

    #[test]
    fn the_last_axis_of_a_bundle_is_the_level() {
        assert_eq!(shape(1, [12, 1, 1], 1), Some([12, 1, 1]));
        assert_eq!(shape(2, [4, 3, 1], 1), Some([4, 3, 1]));
        assert_eq!(shape(2, [12, 5, 1], 5), Some([12, 1, 5]));
        assert_eq!(shape(3, [4, 3, 5], 5), Some([4, 3, 5]));
    }

    #[test]
    fn three_axes_without_a_bundle_and_one_axis_of_a_bundle_are_refused() {
        assert_eq!(shape(3, [4, 3, 1], 1), None);
        assert_eq!(shape(1, [12, 1, 1], 5), None);
        assert_eq!(shape(3, [4, 3, 2], 5), None);
    }

    #[test]
    fn strides_follow_their_axes() {
        let layout = Layout {
            shape: [12, 5, 1],
            strides: [2, 40, 0],
            origin: 3,
        };
        let found = arranged(2, layout, 5).expect("cells and levels");
        assert_eq!((found.strides, found.origin), ([2, 0, 40], 3));
    }
}
