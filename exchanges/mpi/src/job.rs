//! All processes that joined one coupled job, whether or not they take part in the coupling, and communicators between
//! their components.
//!
//! ```text
//!   all processes:   | ocean ocean | atmosphere | server |        server: outside of the coupling
//!   local:           |<---------->|<---------->|<------>|
//!   coupled:         |<----------------------->|
//! ```

use crate::{
    check::check,
    communicator::{Communicator, int},
    environment::{self, StartedBy},
    handles::fortran_handle,
    watch::patiently,
};
use halocline_exchanges::world::{Patience, WorldError};
use mpi_sys as ffi;
use std::ffi::c_int;

/// Tags of new communicators; MPI takes at least so many.
const TAGS: u64 = 32_767;

/// Whether a component exchanges fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It does.
    Coupled,
    /// It runs in the same job and exchanges nothing.
    Outside,
}

/// One process as the others know it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    component: String,
    part: Part,
}

/// This process among all that joined.
///
/// Communicators that are handed out belong to the host from then on: some hosts free them, others use them after the
/// coupling. They end with MPI at the latest.
pub struct Job {
    all: Communicator,
    local: Communicator,
    /// The processes of coupled components, if this is one of them.
    coupled: Option<Communicator>,
    members: Vec<Member>,
    started_by: StartedBy,
}

impl Job {
    /// Join as a process of `component`. Collective over the ranks of `world`, a Fortran handle, or over all processes
    /// if `None`. Starts MPI if it is not running; then [`Job::leave`] also ends it.
    ///
    /// # Errors
    /// If MPI has ended already, if a handle is given while MPI is not running or is MPI_COMM_NULL, if processes of
    /// one component disagree on its part, if MPI reports an error, or if other ranks do not come within the patience.
    pub fn join(
        component: &str,
        part: Part,
        world: Option<i32>,
        patience: Patience,
    ) -> Result<Self, WorldError> {
        let started_by = environment::ensure_started()?;
        if let (StartedBy::Us, Some(handle)) = (started_by, world) {
            return Err(WorldError::Failed(format!(
                "the communicator {handle} was handed over, but MPI was not running: call MPI_Init first, or hand over none"
            )));
        }
        let host = Communicator::of_host(world)?;
        let what = format!("all {} processes to join the job", host.size);
        let mut duplicate = host.begin_duplicate()?;
        patiently(host.rank, patience, &what, || duplicate.test())?;
        let all = Communicator::finish_duplicate(duplicate)?;
        let members = roll(all, component, part, patience)?;
        let local = all.split(color_of(&members, component))?;
        local.make_errors_fatal()?;
        let coupled = all.split(usize::from(part == Part::Outside))?;
        Ok(Self {
            all,
            local,
            coupled: (part == Part::Coupled).then_some(coupled),
            members,
            started_by,
        })
    }

    /// Fortran handle of the communicator of this component's processes.
    #[must_use]
    pub fn local_communicator(&self) -> i32 {
        self.local.fortran_handle()
    }

    /// Fortran handle of the communicator of all processes of coupled components; `None` outside of the coupling.
    #[must_use]
    pub fn coupled_communicator(&self) -> Option<i32> {
        self.coupled.map(Communicator::fortran_handle)
    }

    /// Rank within the component.
    #[must_use]
    pub fn local_rank(&self) -> usize {
        self.local.rank
    }

    /// Number of processes of the component.
    #[must_use]
    pub fn local_size(&self) -> usize {
        self.local.size
    }

    /// Whether this is the first process of the whole job.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.all.rank == 0
    }

    /// All components, in the order of their first processes.
    #[must_use]
    pub fn components(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for member in &self.members {
            if !names.contains(&member.component.as_str()) {
                names.push(&member.component);
            }
        }
        names
    }

    /// Those processes of this component that take part in the coupling, as a new communicator; `None` on the others.
    ///
    /// Collective over the ranks of `among`, a Fortran handle. `color` is what `MPI_Comm_split` takes: `MPI_UNDEFINED`
    /// takes no part.
    ///
    /// # Errors
    /// If MPI reports an error.
    pub fn choose(&self, among: i32, color: i32) -> Result<Option<i32>, WorldError> {
        let among = Communicator::of_host(Some(among))?;
        let key = int(among.rank, "the rank")?;
        // SAFETY: reading a constant; a valid place for one handle.
        let (raw, null) = unsafe {
            let null = ffi::RSMPI_COMM_NULL;
            let mut raw = null;
            check(
                ffi::MPI_Comm_split(among.raw(), color, key, &mut raw),
                "MPI_Comm_split",
            )?;
            (raw, null)
        };
        Ok((raw != null).then(|| fortran_handle(raw)))
    }

    /// One communicator of the processes of several components, in the order of their ranks in the job, and the rank
    /// there of each component's first process. Collective over these components.
    ///
    /// # Errors
    /// A component that is not there, or an error of MPI.
    pub fn intracommunicator(&self, components: &[&str]) -> Result<(i32, Vec<i32>), WorldError> {
        let ranks = self.ranks_of(components)?;
        let first_of = |name: &&str| {
            let first = ranks
                .iter()
                .position(|&rank| self.members[rank as usize].component == **name);
            int(first.unwrap_or_default(), "the rank")
        };
        let roots = components
            .iter()
            .map(first_of)
            .collect::<Result<Vec<_>, _>>()?;
        Ok((self.of_group(&ranks, tag(components))?, roots))
    }

    /// An intercommunicator between this component and another. Collective over both.
    ///
    /// # Errors
    /// A component that is not there, or an error of MPI.
    pub fn intercommunicator(&self, other: &str) -> Result<i32, WorldError> {
        let mine = self.members[self.all.rank].component.as_str();
        if mine == other {
            return Err(WorldError::Failed(format!(
                "an intercommunicator of '{mine}' with itself, expected another component"
            )));
        }
        let leader = *self.ranks_of(&[other])?.first().expect("it is there");
        let tag = tag(&[mine, other]);
        // SAFETY: reading a constant; a valid place for one handle; both communicators are alive.
        let raw = unsafe {
            let mut raw = ffi::RSMPI_COMM_NULL;
            let (local, all) = (self.local.raw(), self.all.raw());
            check(
                ffi::MPI_Intercomm_create(local, 0, all, leader, tag, &mut raw),
                "MPI_Intercomm_create",
            )?;
            raw
        };
        Ok(fortran_handle(raw))
    }

    /// Leave: our own communicators are freed, and MPI is ended if [`Job::join`] started it.
    ///
    /// # Errors
    /// If MPI has ended already, or reports an error.
    pub fn leave(self) -> Result<(), WorldError> {
        if !environment::is_running() {
            return Err(WorldError::Failed(
                "MPI has ended before the coupling: end the coupling first, then call MPI_Finalize"
                    .to_owned(),
            ));
        }
        if let Some(coupled) = self.coupled {
            coupled.free()?;
        }
        self.all.free()?;
        match self.started_by {
            StartedBy::Us => environment::finalize(),
            StartedBy::Host => Ok(()),
        }
    }

    /// Ranks in the job of all processes of these components, in ascending order.
    fn ranks_of(&self, components: &[&str]) -> Result<Vec<c_int>, WorldError> {
        let known = self.components();
        if let Some(stranger) = components.iter().find(|name| !known.contains(name)) {
            return Err(WorldError::Failed(format!(
                "no component '{stranger}' in this job, expected one of: {}",
                known.join(", ")
            )));
        }
        let chosen = self.members.iter().enumerate();
        chosen
            .filter(|(_, member)| components.contains(&member.component.as_str()))
            .map(|(rank, _)| int(rank, "the rank"))
            .collect()
    }

    /// A communicator of these ranks; only they call it.
    fn of_group(&self, ranks: &[c_int], tag: c_int) -> Result<i32, WorldError> {
        let count = int(ranks.len(), "the number of ranks")?;
        let mut everybody = std::mem::MaybeUninit::<ffi::MPI_Group>::uninit();
        let mut chosen = std::mem::MaybeUninit::<ffi::MPI_Group>::uninit();
        // SAFETY: valid places for handles, each written by MPI before it is read; `ranks` has `count` elements, all
        // of them ranks of `all`; the groups are freed once the communicator is made.
        let raw = unsafe {
            let all = self.all.raw();
            check(
                ffi::MPI_Comm_group(all, everybody.as_mut_ptr()),
                "MPI_Comm_group",
            )?;
            check(
                ffi::MPI_Group_incl(
                    everybody.assume_init(),
                    count,
                    ranks.as_ptr(),
                    chosen.as_mut_ptr(),
                ),
                "MPI_Group_incl",
            )?;
            let mut raw = ffi::RSMPI_COMM_NULL;
            let code = ffi::MPI_Comm_create_group(all, chosen.assume_init(), tag, &mut raw);
            check(code, "MPI_Comm_create_group")?;
            check(
                ffi::MPI_Group_free(everybody.as_mut_ptr()),
                "MPI_Group_free",
            )?;
            check(ffi::MPI_Group_free(chosen.as_mut_ptr()), "MPI_Group_free")?;
            // The host relies on MPI's default: errors end the job.
            let code = ffi::MPI_Comm_set_errhandler(raw, ffi::RSMPI_ERRORS_ARE_FATAL);
            check(code, "MPI_Comm_set_errhandler")?;
            raw
        };
        Ok(fortran_handle(raw))
    }
}

/// The value of `color` in [`Job::choose`] that takes no part.
#[must_use]
pub fn undefined_color() -> i32 {
    ffi::MPI_UNDEFINED
}

/// Fortran handle of MPI_COMM_NULL.
#[must_use]
pub fn null_communicator() -> i32 {
    // SAFETY: reading a constant and converting it.
    unsafe { ffi::RSMPI_Comm_c2f(ffi::RSMPI_COMM_NULL) }
}

/// Number of the component among all, by its first process.
fn color_of(members: &[Member], component: &str) -> usize {
    let first = members
        .iter()
        .position(|member| member.component == component);
    first.expect("this process is in the roll")
}

/// Everybody says component and part. Collective.
fn roll(
    all: Communicator,
    component: &str,
    part: Part,
    patience: Patience,
) -> Result<Vec<Member>, WorldError> {
    let mut mine = vec![u8::from(part == Part::Coupled)];
    mine.extend(component.as_bytes());
    let gathered = gather(all, &mine, patience)?;
    let members: Vec<Member> = gathered.iter().map(|bytes| member(bytes)).collect();
    let disputed = members.iter().enumerate().find_map(|(rank, member)| {
        let first = members
            .iter()
            .position(|other| other.component == member.component && other.part != member.part)?;
        Some((first.min(rank), first.max(rank), &member.component))
    });
    if let Some((one, other, name)) = disputed {
        return Err(WorldError::Failed(format!(
            "processes {one} and {other} of the job are both of component '{name}', one coupled and one not: expected the same part on all; choose single processes with create_couplcomm"
        )));
    }
    Ok(members)
}

fn member(bytes: &[u8]) -> Member {
    let (flag, name) = bytes.split_first().unwrap_or((&0, &[]));
    Member {
        component: String::from_utf8_lossy(name).into_owned(),
        part: if *flag == 1 {
            Part::Coupled
        } else {
            Part::Outside
        },
    }
}

/// Every rank's few bytes at every rank, in rank order. Collective.
fn gather(all: Communicator, mine: &[u8], patience: Patience) -> Result<Vec<Vec<u8>>, WorldError> {
    let what = format!("all {} processes to say who they are", all.size);
    let mut lengths = all.gather_word(mine.len() as u64)?;
    patiently(all.rank, patience, &what, || lengths.test())?;
    let [_, lengths] = lengths.into_buffers();
    let lengths: Vec<usize> = lengths.iter().map(|&length| length as usize).collect();
    let counts: Vec<usize> = lengths.iter().map(|length| length.div_ceil(8)).collect();
    let mut words = vec![0_u64; mine.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut words)[..mine.len()].copy_from_slice(mine);
    let mut gathering = all.gather_words(words, &counts)?;
    patiently(all.rank, patience, &what, || gathering.test())?;
    let ([_, words], _) = gathering.into_buffers();
    let mut start = 0;
    let texts = lengths.into_iter().zip(counts).map(|(length, count)| {
        let bytes = bytemuck::cast_slice::<u64, u8>(&words[start..start + count]);
        start += count;
        bytes[..length].to_vec()
    });
    Ok(texts.collect())
}

/// A tag for the communicator of these components, in whatever order they are named.
fn tag(components: &[&str]) -> c_int {
    let mut names = components.to_vec();
    names.sort_unstable();
    let bytes = names
        .iter()
        .flat_map(|name| name.bytes().chain(std::iter::once(0)));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    c_int::try_from(hash % TAGS).expect("smaller than 32767")
}
