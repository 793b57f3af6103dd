//! Blocks copied to arrays past the caches arrive as those that go through them.

use halocline_exchanges::{
    plan::BlockShape,
    view::{Elements, ElementsMut, Layout, ViewMut},
    window::{copy_window, copy_window_by},
};
use halocline_exchanges_shared::PastCaches;

const LEVELS: usize = 3;

/// Own cells of a block, or all of it, as an array with `margin` more elements between its rows.
fn layout(shape: [usize; 2], margin: usize) -> Layout {
    let [ni, nj] = shape;
    let width = (ni + margin) as isize;
    Layout {
        shape: [ni, nj, LEVELS],
        strides: [1, width, width * nj as isize],
        origin: 0,
    }
}

#[test]
fn both_ways_write_the_same() {
    let block = BlockShape {
        ni: 301,
        nj: 5,
        halo: 2,
    };
    let elements = LEVELS * block.cells();
    let double: Vec<f64> = (0..elements).map(|cell| 0.1 + cell as f64).collect();
    let single: Vec<f32> = double.iter().map(|value| *value as f32).collect();
    for shape in [[block.ni, block.nj], block.extent()] {
        for margin in [0, 3] {
            for from in [Elements::F64(&double), Elements::F32(&single)] {
                let layout = layout(shape, margin);
                let mut doubles = [vec![-1.0; 2 * elements], vec![-1.0; 2 * elements]];
                let mut singles = [vec![-1.0; 2 * elements], vec![-1.0; 2 * elements]];
                let views = [&mut doubles]
                    .into_iter()
                    .flatten()
                    .map(|array| ElementsMut::F64(array));
                let views = views.chain(singles.iter_mut().map(|array| ElementsMut::F32(array)));
                for (number, elements) in views.enumerate() {
                    let mut view = ViewMut { layout, elements };
                    if number % 2 == 0 {
                        copy_window(from, block, &mut view);
                    } else {
                        copy_window_by(from, block, &mut view, &mut PastCaches::default());
                    }
                }
                assert!(
                    doubles[0] == doubles[1] && singles[0] == singles[1],
                    "{layout:?}"
                );
                assert!(doubles[0].iter().any(|value| *value > 0.0));
            }
        }
    }
}
