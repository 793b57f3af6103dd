//! Arrays of stride 0: one element stands for a whole axis, as `numpy.broadcast_to` makes them.

use halocline_exchanges::{
    pack::pack,
    plan::{BlockRun, BlockShape, LocalRun},
    unpack::fill,
    view::{ElementKind, Elements, ElementsMut, Layout, View, ViewMut},
};

const WHOLE: LocalRun = LocalRun { start: 0, len: 12 };

fn packed(strides: [isize; 3], elements: &[f64]) -> Vec<f64> {
    let view = View {
        layout: Layout {
            shape: [4, 3, 2],
            strides,
            origin: 0,
        },
        elements: Elements::F64(elements),
    };
    let mut message = vec![f64::NAN; 24];
    let bytes = bytemuck::cast_slice_mut(&mut message);
    pack(&view, [4, 3], &[WHOLE], 0..2, ElementKind::F64, bytes);
    message
}

#[test]
fn one_value_for_all_cells() {
    assert_eq!(packed([0, 0, 0], &[7.0]), [7.0; 24]);
}

#[test]
fn one_value_a_row() {
    let sent = packed([0, 1, 0], &[1.0, 2.0, 3.0]);
    let level = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0];
    assert_eq!(sent, [level, level].concat());
}

#[test]
fn one_row_for_all() {
    let sent = packed([1, 0, 0], &[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(sent, [1.0, 2.0, 3.0, 4.0].repeat(6));
}

#[test]
fn an_axis_of_one_cell_may_have_stride_zero() {
    let mut values = [0.0; 3];
    let mut view = ViewMut {
        layout: Layout {
            shape: [1, 3, 1],
            strides: [0, 1, 0],
            origin: 0,
        },
        elements: ElementsMut::F64(&mut values),
    };
    let block = BlockShape {
        ni: 1,
        nj: 3,
        halo: 0,
    };
    let column = BlockRun {
        start: 0,
        len: 3,
        step: 1,
        flip: false,
    };
    fill(&[column], 0..1, block, 1.0, &mut view);
    assert_eq!(values, [1.0; 3]);
}
