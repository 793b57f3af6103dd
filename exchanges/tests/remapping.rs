//! Sums of links: right, and the same bits however the target is cut.

use halocline_exchanges::remapping::{Link, Links, Remapping, RemappingError};
use proptest::{collection::vec, prelude::*};

fn links(all: &[(usize, usize, f64)]) -> Links {
    Links {
        links: all
            .iter()
            .map(|(source, target, _)| Link {
                source: *source,
                target: *target,
            })
            .collect(),
        weights: all.iter().map(|(.., weight)| *weight).collect(),
        weights_per_link: 1,
    }
}

/// Values of source cells as they are brought to a rank.
fn brought(remapping: &Remapping, whole: &[f64]) -> Vec<f64> {
    remapping
        .sources()
        .iter()
        .map(|cell| whole[*cell])
        .collect()
}

#[test]
fn a_cell_is_the_weighted_sum_of_its_sources_and_0_without_any() {
    let links = links(&[(5, 7, 0.25), (2, 7, 0.75), (2, 3, 1.0)]);
    let remapping = Remapping::new(&[9, 7, 3], &links).unwrap();
    assert_eq!(remapping.sources(), [2, 5]);

    let mut remapped = [f64::NAN; 3];
    remapping.apply(&[&[100.0, 200.0]], &mut remapped);

    assert_eq!(remapped, [0.0, 0.75 * 100.0 + 0.25 * 200.0, 100.0]);
}

#[test]
fn gradients_count_with_weights_of_their_own() {
    let links = Links {
        links: vec![
            Link {
                source: 0,
                target: 0,
            },
            Link {
                source: 1,
                target: 0,
            },
        ],
        weights: vec![0.5, 10.0, 0.25, 20.0],
        weights_per_link: 2,
    };
    let remapping = Remapping::new(&[0], &links).unwrap();
    let mut remapped = [0.0];

    remapping.apply(&[&[8.0, 4.0], &[1.0, 2.0]], &mut remapped);

    assert_eq!(remapped, [0.5 * 8.0 + 0.25 * 4.0 + 10.0 * 1.0 + 20.0 * 2.0]);
}

#[test]
fn links_that_do_not_fit_are_refused() {
    let foreign = links(&[(0, 4, 1.0)]);
    assert_eq!(
        Remapping::new(&[1, 2], &foreign),
        Err(RemappingError::Target(4))
    );
    assert_eq!(
        Remapping::new(&[4, 1, 4], &foreign),
        Err(RemappingError::OwnedTwice(4))
    );
    let mut short = foreign;
    short.weights.clear();
    assert_eq!(
        Remapping::new(&[4], &short),
        Err(RemappingError::Weights {
            found: 0,
            expected: 1
        })
    );
}

proptest! {
    #[test]
    fn the_same_bits_come_out_however_the_target_is_cut(
        all in vec((0_usize..40, 0_usize..30, -1.0_f64..1.0), 0..200),
        whole in vec(-1e6_f64..1e6, 40),
        owner in vec(0_usize..4, 30),
        shuffled in Just((0..30).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let together = Remapping::new(&(0..30).collect::<Vec<_>>(), &links(&all)).unwrap();
        let mut expected = vec![0.0; 30];
        together.apply(&[&brought(&together, &whole)], &mut expected);

        for rank in 0..4 {
            let own: Vec<usize> = shuffled.iter().copied().filter(|cell| owner[*cell] == rank).collect();
            let of_rank: Vec<_> = all.iter().copied().filter(|(_, target, _)| owner[*target] == rank).collect();
            let remapping = Remapping::new(&own, &links(&of_rank)).unwrap();
            let mut remapped = vec![0.0; own.len()];
            remapping.apply(&[&brought(&remapping, &whole)], &mut remapped);
            for (cell, value) in own.iter().zip(remapped) {
                prop_assert_eq!(value.to_bits(), expected[*cell].to_bits());
            }
        }
        for (cell, value) in expected.iter().enumerate() {
            let plain: f64 = all.iter().filter(|(_, target, _)| *target == cell).map(|(source, _, weight)| weight * whole[*source]).sum();
            prop_assert!((plain - value).abs() <= 1e-6 * (1.0 + plain.abs()));
        }
    }
}
