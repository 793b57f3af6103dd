!> Begin, communicator, end of the definition, finalize, abort.
module halocline_session
   use, intrinsic :: iso_c_binding, only: c_char, c_int, c_int32_t, c_null_ptr, c_ptr
   use halocline_c, only: all_processes, c_abort, c_begin, c_end_definition, c_finish, c_local_communicator, c_text
   use halocline_state, only: session, settle
   implicit none
   private
   public :: halocline_init, halocline_local_communicator, halocline_end_definition, halocline_finalize
   public :: halocline_abort

contains

   !> Take part in the coupling. Collective over all ranks of all components; starts MPI when it is not running.
   !! Waits for the others up to $HALOCLINE_START_TIMEOUT [s] (default 600).
   subroutine halocline_init(component, experiment, comm, ierr)
      !> Name of the component, as in the experiment file.
      character(len=*), intent(in) :: component
      !> Path of the experiment file; absent: $HALOCLINE_EXPERIMENT, else ./experiment.yaml.
      character(len=*), intent(in), optional :: experiment
      !> Communicator of all ranks of all components, duplicated here; absent: all processes of the job.
      integer(c_int), intent(in), optional :: comm
      !> 0, or a code (halocline_codes); absent: an error ends the whole job.
      integer(c_int), intent(out), optional :: ierr
      character(kind=c_char, len=:), allocatable :: path
      integer(c_int32_t) :: communicator, code
      type(c_ptr) :: begun
      communicator = all_processes
      if (present(comm)) communicator = int(comm, c_int32_t)
      ! An argument that is not allocated counts as absent.
      if (present(experiment)) path = c_text(experiment)
      code = c_begin(begun, c_text(component), path, communicator)
      if (code == 0_c_int32_t) session = begun
      call settle(code, ierr)
   end subroutine halocline_init

   !> Give the communicator of this component's ranks; it lives until halocline_finalize.
   subroutine halocline_local_communicator(comm, ierr)
      integer(c_int), intent(out) :: comm
      integer(c_int), intent(out), optional :: ierr
      integer(c_int32_t) :: communicator, code
      communicator = all_processes
      code = c_local_communicator(session, communicator)
      comm = int(communicator, c_int)
      call settle(code, ierr)
   end subroutine halocline_local_communicator

   !> End the definition phase. Collective over all ranks of all components.
   subroutine halocline_end_definition(ierr)
      integer(c_int), intent(out), optional :: ierr
      call settle(c_end_definition(session), ierr)
   end subroutine halocline_end_definition

   !> Leave in order. Collective over all ranks of all components; ends MPI if halocline_init started it.
   subroutine halocline_finalize(ierr)
      integer(c_int), intent(out), optional :: ierr
      integer(c_int32_t) :: code
      code = c_finish(session)
      if (code == 0_c_int32_t) session = c_null_ptr
      call settle(code, ierr)
   end subroutine halocline_finalize

   !> Tell every rank why this one fails, then end the whole job with status 1. Does not return.
   subroutine halocline_abort(message)
      !> The reason, in the model's words; absent: the last error of Halocline.
      character(len=*), intent(in), optional :: message
      character(kind=c_char, len=:), allocatable :: text
      if (present(message)) text = c_text(message)
      call c_abort(session, text)
   end subroutine halocline_abort

end module halocline_session
