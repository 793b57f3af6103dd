//! What happens to the values of an exchange between the wire and the caller's array, and where else they go.
//!
//! ```text
//! receive, or read from the input file ─► scale_received ─► check_received ─► output file ─► caller's array
//! ```

use crate::{
    code::Code,
    error::Error,
    gather::{Gatherings, Side},
    incoming::Incoming,
    route::Route,
    values,
};
use halocline_configs::{Linear, Status};
use halocline_exchanges::{
    partition::OwnedCells,
    plan::BlockShape,
    view::{Layout, View, ViewMut},
};
use halocline_gridfiles::{Cells, Record, Size, read_cells};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// An exchange that this component receives, apart from its messages.
#[derive(Debug)]
pub(crate) struct Receiving {
    pub(crate) number: usize,
    pub(crate) is_open: bool,
    pub(crate) name: String,
    scale: Option<Linear>,
    pub(crate) check: bool,
    pub(crate) sequence: Option<u32>,
    pub(crate) writes_files: bool,
    pub(crate) gather: Option<usize>,
    pub(crate) size: Size,
    input: Option<Input>,
}

/// A file whose records stand in for a partner.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    own: Arc<OwnedCells>,
    fill: f64,
    /// For each field the levels of the whole field.
    levels: Vec<usize>,
}

impl Receiving {
    pub(crate) fn new(
        route: &Route,
        own: &Arc<OwnedCells>,
        gatherings: &Gatherings,
        folder: &Path,
    ) -> Self {
        let exchange = &route.exchange;
        let writes_files = exchange.status == Status::Expout;
        let input = exchange
            .restart
            .as_ref()
            .filter(|_| exchange.status == Status::Input)
            .map(|path| Input {
                path: folder.join(path),
                own: Arc::clone(own),
                fill: exchange.fill,
                levels: route
                    .fields
                    .iter()
                    .map(|field| field.shape.levels)
                    .collect(),
            });
        Self {
            number: route.number,
            is_open: route.is_open,
            name: exchange.name.clone(),
            scale: exchange.scale_received,
            check: exchange.check_received,
            sequence: exchange.sequence,
            writes_files,
            gather: gatherings.of(route, Side::Target),
            size: Size {
                nx: route.target_grid().nx,
                ny: route.target_grid().ny,
            },
            input,
        }
    }

    /// Whether values go straight from the wire to the caller's array.
    pub(crate) const fn is_plain(&self) -> bool {
        self.scale.is_none()
            && !self.check
            && self.sequence.is_none()
            && !self.writes_files
            && self.input.is_none()
    }

    /// Whether a file stands in for the partner.
    pub(crate) const fn is_input(&self) -> bool {
        self.input.is_some()
    }

    /// Read the record of `date` into own cells, where a file stands in for the partner.
    ///
    /// # Errors
    /// A file without this field, date or shape.
    pub(crate) fn read_input(
        &self,
        field: usize,
        name: &str,
        date: i64,
        block: BlockShape,
        view: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        let Some(input) = &self.input else {
            return Ok(());
        };
        if input.own.cells() == 0 {
            return Ok(());
        }
        let runs = values::runs(&input.own);
        let cells = Cells {
            grid_cells: self.size.nx * self.size.ny,
            field_levels: input.levels[field],
            levels: input.own.own_levels(input.levels[field]),
            runs: &runs,
            may_be_any: false,
        };
        let read = read_cells(&input.path, name, Record::Date(date), &cells, input.fill);
        let read = read.map_err(|error| {
            Error::new(
                Code::File,
                format!(
                    "input of exchange '{}': {}: {}",
                    self.name,
                    error.file.display(),
                    error.found
                ),
                error.expected,
                error.change,
            )
            .about(name)
        })?;
        let layout = own_layout(view.layout, block);
        let elements = match &mut view.elements {
            halocline_exchanges::view::ElementsMut::F32(elements) => {
                halocline_exchanges::view::ElementsMut::F32(elements)
            }
            halocline_exchanges::view::ElementsMut::F64(elements) => {
                halocline_exchanges::view::ElementsMut::F64(elements)
            }
        };
        values::replace(&mut ViewMut { layout, elements }, |number, _| read[number]);
        Ok(())
    }

    /// Scale what has arrived, halo and all; what nobody sends keeps the fill value.
    pub(crate) fn scale(&self, incoming: &Incoming, field: usize, view: &mut ViewMut<'_>) {
        if let Some(scale) = self.scale {
            values::replace(view, |_, value| scale.apply(value));
            incoming.fill_gaps(field, view);
        }
    }
}

/// The own cells of an array that may have a halo around them, to read.
pub(crate) fn own_part<'a>(view: &'a ViewMut<'_>, block: BlockShape) -> View<'a> {
    let whole = values::read(view);
    View {
        layout: own_layout(whole.layout, block),
        ..whole
    }
}

fn own_layout(layout: Layout, block: BlockShape) -> Layout {
    let [ni, nj, levels] = layout.shape;
    if block.halo == 0 || [ni, nj] != block.extent() {
        return layout;
    }
    let inward = block.halo.cast_signed() * (layout.strides[0] + layout.strides[1]);
    Layout {
        shape: [block.ni, block.nj, levels],
        strides: layout.strides,
        origin: layout.origin.wrapping_add_signed(inward),
    }
}
