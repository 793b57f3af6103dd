//! The first meeting: who is there, and whether all have the same experiment before them.

use crate::{code::Code, error::Error};
use halocline_configs::CouplingSpec;
use halocline_exchanges::world::{Notice, World, WorldError};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Who is in the job.
#[derive(Debug, Clone)]
pub(crate) struct Roll {
    /// Components in the order of their first rank.
    pub(crate) components: Vec<String>,
    /// For each world rank, the position of its component in `components`.
    component_of: Vec<u16>,
    /// For each world rank, its rank within its component: counted once, because every plan and message asks.
    rank_in_component: Vec<u32>,
    /// For each component, its number of ranks.
    sizes: Vec<u32>,
}

impl Roll {
    /// Call the roll: every rank says its component. Collective.
    pub(crate) fn call(world: &mut dyn World, component: &str) -> Result<Self, WorldError> {
        Self::of(world.gather_all(component.as_bytes())?)
    }

    /// The roll of a job whose ranks gave these names, in rank order.
    fn of(names: Vec<Vec<u8>>) -> Result<Self, WorldError> {
        let mut roll = Self {
            components: Vec::new(),
            component_of: Vec::with_capacity(names.len()),
            rank_in_component: Vec::with_capacity(names.len()),
            sizes: Vec::new(),
        };
        for name in names {
            let name = String::from_utf8_lossy(&name).into_owned();
            let known = roll.components.iter().position(|other| *other == name);
            let position = known.unwrap_or_else(|| {
                roll.components.push(name);
                roll.sizes.push(0);
                roll.components.len() - 1
            });
            roll.component_of.push(u16::try_from(position).map_err(|_| {
                WorldError::Failed(
                    "more than 65536 components were started; one was expected a program".into(),
                )
            })?);
            roll.rank_in_component.push(roll.sizes[position]);
            roll.sizes[position] += 1;
        }
        Ok(roll)
    }

    /// Component and rank within it of a world rank.
    pub(crate) fn place(&self, world_rank: usize) -> (&str, usize) {
        let component = usize::from(self.component_of[world_rank]);
        let rank = self.rank_in_component[world_rank] as usize;
        (&self.components[component], rank)
    }

    /// Number of ranks of a component.
    pub(crate) fn size(&self, component: &str) -> usize {
        let position = self.components.iter().position(|name| name == component);
        position.map_or(0, |position| self.sizes[position] as usize)
    }

    /// The first world rank of a component.
    pub(crate) fn first_rank(&self, component: &str) -> usize {
        let position = self.components.iter().position(|name| name == component);
        let is_of = |of: &u16| Some(usize::from(*of)) == position;
        self.component_of.iter().position(is_of).unwrap_or(0)
    }

    /// Colour of this world rank's component for a split.
    pub(crate) fn color(&self, world_rank: usize) -> usize {
        usize::from(self.component_of[world_rank])
    }
}

/// Make one rank's failure every rank's: the lowest that failed keeps its error, the others learn of it. Collective.
pub(crate) fn agree<T>(
    world: &mut dyn World,
    roll: &Roll,
    local: Result<T, Error>,
) -> Result<T, Error> {
    let flags = world.gather_all(&[u8::from(local.is_err())])?;
    let Some(first) = flags.iter().position(|flag| flag == &[1]) else {
        return local;
    };
    let text = match &local {
        Err(error) if world.rank() == first => error.body(),
        _ => String::new(),
    };
    let texts = world.gather_all(text.as_bytes())?;
    if world.rank() == first {
        return local;
    }
    let (component, rank) = roll.place(first);
    let message = String::from_utf8_lossy(&texts[first]).into_owned();
    let notice = Notice {
        component: component.to_owned(),
        rank,
        message,
    };
    Err(WorldError::Ended(notice).into())
}

/// Where the experiment file is: the argument, else `$HALOCLINE_EXPERIMENT`, else `experiment.yaml` here.
fn experiment_path(argument: Option<&Path>) -> PathBuf {
    argument
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("HALOCLINE_EXPERIMENT").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("experiment.yaml"))
}

/// An experiment as all ranks have it.
#[derive(Debug, Clone)]
pub(crate) struct Experiment {
    pub(crate) spec: CouplingSpec,
    /// Folder of the file: names of files in it are relative to this.
    pub(crate) folder: PathBuf,
}

/// Read the experiment file on the first rank of each component, compare, hand the text to all. Collective.
pub(crate) fn read_experiment(
    world: &mut dyn World,
    roll: &Roll,
    argument: Option<&Path>,
) -> Result<Experiment, Error> {
    // Absolute: other ranks may run in other directories.
    let path = experiment_path(argument);
    let path = std::path::absolute(&path).unwrap_or(path);
    let is_root = roll.place(world.rank()).1 == 0;
    let local = if is_root {
        read(&path)
    } else {
        Ok(String::new())
    };
    let text = agree(world, roll, local)?;
    compare(world, roll, &path, is_root, &text)?;
    let mine = if world.rank() == 0 {
        [path.to_string_lossy().as_bytes(), b"\0", text.as_bytes()].concat()
    } else {
        Vec::new()
    };
    let gathered = world.gather_all(&mine)?;
    let whole = String::from_utf8_lossy(&gathered[0]).into_owned();
    let (name, text) = whole
        .split_once('\0')
        .unwrap_or(("experiment.yaml", &whole));
    let parsed = halocline_configs::parse_noting(text, name).map_err(|problems| {
        Error::new(
            Code::Experiment,
            problems.to_string(),
            "",
            format!("correct {name}; `halocline check {name}` says the same without a job"),
        )
    });
    let (spec, note) = agree(world, roll, parsed)?;
    if let Some(note) = note.filter(|_| world.rank() == 0) {
        tracing::info!("{note}");
    }
    let folder = Path::new(name)
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default();
    Ok(Experiment { spec, folder })
}

fn read(path: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(path).or_else(|error| match error.kind() {
        // A namcouple may have comments in Latin-1.
        ErrorKind::InvalidData => halocline_configs::read_text(path).map_err(|_| error),
        _ => Err(error),
    });
    text.map_err(|error| {
        Error::new(
            Code::Experiment,
            format!(
                "cannot read the experiment file {}: {error}",
                path.display()
            ),
            "the YAML file that names components, fields and exchanges, or a namcouple",
            "pass its path to init, or set HALOCLINE_EXPERIMENT (`halocline run FILE` does)",
        )
    })
}

/// 64-bit FNV-1a: tells different files apart, not a defence against forgery.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn compare(
    world: &mut dyn World,
    roll: &Roll,
    path: &Path,
    is_root: bool,
    text: &str,
) -> Result<(), Error> {
    let mine = if is_root {
        [
            fingerprint(text).to_le_bytes().as_slice(),
            path.to_string_lossy().as_bytes(),
        ]
        .concat()
    } else {
        Vec::new()
    };
    let all = world.gather_all(&mine)?;
    let roots = || all.iter().enumerate().filter(|(_, bytes)| bytes.len() >= 8);
    let Some((first, reference)) = roots().next() else {
        return Ok(());
    };
    let Some((other, bytes)) = roots().find(|(_, bytes)| bytes[..8] != reference[..8]) else {
        return Ok(());
    };
    let side = |rank: usize, bytes: &[u8]| {
        format!(
            "component '{}' has {}",
            roll.place(rank).0,
            String::from_utf8_lossy(&bytes[8..])
        )
    };
    let error = Error::new(
        Code::Mismatch,
        format!(
            "the experiment files of the two sides differ: {}, {}",
            side(first, reference),
            side(other, bytes)
        ),
        "the same text on all sides",
        "give every component the same file (HALOCLINE_EXPERIMENT, or the argument of init)",
    );
    agree(world, roll, Err(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_counted_within_their_component_wherever_its_ranks_are() {
        let names = ["ocean", "worker", "ocean", "ocean", "worker"];
        let roll = Roll::of(names.map(|name| name.as_bytes().to_vec()).to_vec()).expect("a roll");
        let places: Vec<_> = (0..names.len()).map(|rank| roll.place(rank)).collect();
        assert_eq!(
            places,
            [
                ("ocean", 0),
                ("worker", 0),
                ("ocean", 1),
                ("ocean", 2),
                ("worker", 1)
            ]
        );
        assert_eq!(
            [roll.size("ocean"), roll.size("worker"), roll.size("ice")],
            [3, 2, 0]
        );
    }
}
