//! Weights from a line of 13 cells to a grid of 4 x 3, their files, and what one rank alone makes of them.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

/// Extents of both grids.
pub const SOURCE: [usize; 2] = [13, 1];
pub const TARGET: [usize; 2] = [4, 3];

/// Source cell, target cell, weight; cells counted from 0.
pub type Link = (usize, usize, f64);

/// Every target cell but 5 and 10 from three source cells, in no order.
pub fn links() -> Vec<Link> {
    let mut links = Vec::new();
    for target in (0..12).rev().filter(|target| *target != 5 && *target != 10) {
        for (number, weight) in [0.1, 0.7, 0.2].into_iter().enumerate() {
            let source = (target * 5 + number * 4) % 13;
            links.push((source, target, weight + target as f64 / 1000.0));
        }
    }
    links
}

/// The sums of all target cells, by ascending source cell; `fill` where no link leads.
pub fn remapped(links: &[Link], value: impl Fn(usize) -> f64, fill: f64) -> Vec<f64> {
    let mut sorted = links.to_vec();
    sorted.sort_by_key(|link| (link.1, link.0));
    let targets = TARGET[0] * TARGET[1];
    let sum = |target| {
        let mine: Vec<&Link> = sorted.iter().filter(|link| link.1 == target).collect();
        if mine.is_empty() {
            return fill;
        }
        let products = mine.iter().map(|link| link.2 * value(link.0));
        products.fold(0.0, |sum, product| sum + product)
    };
    (0..targets).map(sum).collect()
}

fn addresses(links: &[Link], of: impl Fn(&Link) -> usize) -> Vec<i32> {
    links.iter().map(|link| of(link) as i32 + 1).collect()
}

/// A file as ESMF's own program writes it.
pub fn write_esmf(path: &Path, links: &[Link]) {
    let mut file = netcdf::create(path).expect("a temporary folder can be written");
    let sizes = [
        ("n_a", SOURCE[0] * SOURCE[1]),
        ("n_b", TARGET[0] * TARGET[1]),
        ("n_s", links.len()),
    ];
    write(
        &mut file,
        &sizes,
        links,
        ["col", "row", "S"],
        &["n_s"],
        links.iter().map(|link| link.2).collect(),
    );
}

/// A file as SCRIP writes it, with `sets` weights of each link, the further ones large.
pub fn write_scrip(path: &Path, links: &[Link], sets: usize) {
    let mut file = netcdf::create(path).expect("a temporary folder can be written");
    let sizes = [
        ("src_grid_size", SOURCE[0] * SOURCE[1]),
        ("dst_grid_size", TARGET[0] * TARGET[1]),
        ("num_links", links.len()),
        ("num_wgts", sets),
    ];
    let of_link = |link: &Link| std::iter::once(link.2).chain(vec![1e30; sets - 1]);
    write(
        &mut file,
        &sizes,
        links,
        ["src_address", "dst_address", "remap_matrix"],
        &["num_links", "num_wgts"],
        links.iter().flat_map(of_link).collect(),
    );
}

fn write(
    file: &mut netcdf::FileMut,
    sizes: &[(&str, usize)],
    links: &[Link],
    [sources, targets, weights]: [&str; 3],
    dimensions: &[&str],
    values: Vec<f64>,
) {
    for (name, length) in sizes {
        file.add_dimension(name, *length).expect("a new dimension");
    }
    let lists = [
        (sources, addresses(links, |link| link.0)),
        (targets, addresses(links, |link| link.1)),
    ];
    for (name, list) in lists {
        let variable = file.add_variable::<i32>(name, &dimensions[..1]);
        let mut variable = variable.expect("a new variable");
        variable.put_values(&list, ..).expect("a list of addresses");
    }
    let variable = file.add_variable::<f64>(weights, dimensions);
    let mut variable = variable.expect("a new variable");
    variable.put_values(&values, ..).expect("the weights");
}
