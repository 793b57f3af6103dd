!> OASIS: begin and end, communicators, partitions and variables.
module halocline_oasis_component
   use, intrinsic :: iso_c_binding, only: c_char, c_int
   use halocline_c, only: c_text
   use halocline_oasis_c, only: all_processes, c_abort, c_create_coupling, c_debug_level, c_define_partition, &
      c_define_variable, c_end_definition, c_inquire_put, c_intercommunicator, c_intracommunicator, c_join, &
      c_local_communicator, c_multi_intracommunicator, c_number_of_periods, c_periods, c_set_coupling, &
      c_set_debug_level, c_terminate
   use halocline_oasis_state, only: settle
   implicit none
   private
   public :: init_comp, get_localcomm, set_couplcomm, create_couplcomm, def_partition, def_var, enddef, terminate
   public :: put_inquire, get_ncpl, get_freqs, get_intercomm, get_intracomm, get_multi_intracomm, get_debug, set_debug
   public :: abort_job

   interface def_var
      module procedure def_var_with_shape
      module procedure def_var_without_shape
   end interface def_var

   interface get_freqs
      module procedure get_freqs_array
      module procedure get_freqs_scalar
   end interface get_freqs

contains

   !> Join the job as a process of component cdnam. Starts MPI when it is not running.
   subroutine init_comp(mynummod, cdnam, kinfo, coupled, commworld)
      integer(c_int), intent(out) :: mynummod
      character(len=*), intent(in) :: cdnam
      integer(c_int), intent(out), optional :: kinfo
      logical, intent(in), optional :: coupled
      integer(c_int), intent(in), optional :: commworld
      integer(c_int) :: part, world
      mynummod = -1_c_int
      part = 1_c_int
      if (present(coupled)) part = merge(1_c_int, 0_c_int, coupled)
      world = all_processes
      if (present(commworld)) world = commworld
      call settle(c_join(mynummod, c_text(cdnam), part, world), kinfo)
   end subroutine init_comp

   subroutine get_localcomm(localcomm, kinfo)
      integer(c_int), intent(out) :: localcomm
      integer(c_int), intent(out), optional :: kinfo
      localcomm = all_processes
      call settle(c_local_communicator(localcomm), kinfo)
   end subroutine get_localcomm

   subroutine set_couplcomm(localcomm, kinfo)
      integer(c_int), intent(in) :: localcomm
      integer(c_int), intent(out), optional :: kinfo
      call settle(c_set_coupling(localcomm), kinfo)
   end subroutine set_couplcomm

   subroutine create_couplcomm(icpl, allcomm, cplcomm, kinfo)
      integer(c_int), intent(in) :: icpl, allcomm
      integer(c_int), intent(out) :: cplcomm
      integer(c_int), intent(out), optional :: kinfo
      cplcomm = all_processes
      call settle(c_create_coupling(icpl, allcomm, cplcomm), kinfo)
   end subroutine create_couplcomm

   subroutine def_partition(id_part, kparal, kinfo, ig_size, name)
      integer(c_int), intent(out) :: id_part
      integer(c_int), intent(in) :: kparal(:)
      integer(c_int), intent(out), optional :: kinfo
      integer(c_int), intent(in), optional :: ig_size
      character(len=*), intent(in), optional :: name
      character(kind=c_char, len=:), allocatable :: text
      integer(c_int) :: cells
      id_part = -1_c_int
      cells = 0_c_int
      if (present(ig_size)) cells = ig_size
      text = c_text('')
      if (present(name)) text = c_text(name)
      call settle(c_define_partition(id_part, size(kparal, kind=c_int), kparal, cells, text), kinfo)
   end subroutine def_partition

   !> id_var_shape is not needed: put and get look at their arrays.
   subroutine def_var_with_shape(id_nports, cdport, id_part, id_var_nodims, kinout, id_var_shape, ktype, kinfo)
      integer(c_int), intent(out) :: id_nports
      character(len=*), intent(in) :: cdport
      integer(c_int), intent(in) :: id_part, id_var_nodims(2), kinout, id_var_shape(*), ktype
      integer(c_int), intent(out), optional :: kinfo
      associate (unused => id_var_shape(1:0))
         call def_var_without_shape(id_nports, cdport, id_part, id_var_nodims, kinout, ktype + size(unused), kinfo)
      end associate
   end subroutine def_var_with_shape

   subroutine def_var_without_shape(id_nports, cdport, id_part, id_var_nodims, kinout, ktype, kinfo)
      integer(c_int), intent(out) :: id_nports
      character(len=*), intent(in) :: cdport
      integer(c_int), intent(in) :: id_part, id_var_nodims(2), kinout, ktype
      integer(c_int), intent(out), optional :: kinfo
      id_nports = -1_c_int
      call settle(c_define_variable(id_nports, c_text(cdport), id_part, id_var_nodims(2), kinout, ktype), kinfo)
   end subroutine def_var_without_shape

   subroutine enddef(kinfo)
      integer(c_int), intent(out), optional :: kinfo
      call settle(c_end_definition(), kinfo)
   end subroutine enddef

   subroutine terminate(kinfo)
      integer(c_int), intent(out), optional :: kinfo
      call settle(c_terminate(), kinfo)
   end subroutine terminate

   subroutine put_inquire(var_id, msec, kinfo)
      integer(c_int), intent(in) :: var_id, msec
      integer(c_int), intent(out) :: kinfo
      integer(c_int) :: found
      found = 0_c_int
      call settle(c_inquire_put(var_id, msec, found))
      kinfo = found
   end subroutine put_inquire

   subroutine get_ncpl(var_id, ncpl, kinfo)
      integer(c_int), intent(in) :: var_id
      integer(c_int), intent(out) :: ncpl
      integer(c_int), intent(out), optional :: kinfo
      ncpl = 0_c_int
      call settle(c_number_of_periods(var_id, ncpl), kinfo)
   end subroutine get_ncpl

   subroutine get_freqs_array(var_id, mop, ncpl, freqs, kinfo)
      integer(c_int), intent(in) :: var_id, mop, ncpl
      integer(c_int), intent(inout) :: freqs(ncpl)
      integer(c_int), intent(out), optional :: kinfo
      call settle(c_periods(var_id, mop, ncpl, freqs), kinfo)
   end subroutine get_freqs_array

   subroutine get_freqs_scalar(var_id, mop, ncpl, freq, kinfo)
      integer(c_int), intent(in) :: var_id, mop, ncpl
      integer(c_int), intent(inout) :: freq
      integer(c_int), intent(out), optional :: kinfo
      integer(c_int) :: freqs(1)
      freqs = freq
      ! A place for one period: another number is refused where the number is checked.
      call settle(c_periods(var_id, mop, min(ncpl, 1_c_int), freqs), kinfo)
      freq = freqs(1)
   end subroutine get_freqs_scalar

   subroutine get_intercomm(new_comm, cdnam, kinfo)
      integer(c_int), intent(out) :: new_comm
      character(len=*), intent(in) :: cdnam
      integer(c_int), intent(out), optional :: kinfo
      new_comm = all_processes
      call settle(c_intercommunicator(new_comm, c_text(cdnam)), kinfo)
   end subroutine get_intercomm

   subroutine get_intracomm(new_comm, cdnam, kinfo)
      integer(c_int), intent(out) :: new_comm
      character(len=*), intent(in) :: cdnam
      integer(c_int), intent(out), optional :: kinfo
      new_comm = all_processes
      call settle(c_intracommunicator(new_comm, c_text(cdnam)), kinfo)
   end subroutine get_intracomm

   subroutine get_multi_intracomm(new_comm, cdnam, root_ranks, kinfo)
      integer(c_int), intent(out) :: new_comm
      character(len=*), intent(in) :: cdnam(:)
      integer(c_int), intent(inout) :: root_ranks(:)
      integer(c_int), intent(out), optional :: kinfo
      character(kind=c_char, len=:), allocatable :: names
      integer(c_int) :: ranks(size(cdnam))
      integer :: position
      new_comm = all_processes
      ! Where the call fails, no rank is told.
      ranks = -1_c_int
      names = ''
      do position = 1, size(cdnam)
         names = names//cdnam(position)
      end do
      call settle(c_multi_intracommunicator(new_comm, size(cdnam, kind=c_int), len(cdnam, kind=c_int), names, &
         ranks), kinfo)
      root_ranks(:size(cdnam)) = ranks
   end subroutine get_multi_intracomm

   subroutine get_debug(debug, kinfo)
      integer(c_int), intent(out) :: debug
      integer(c_int), intent(out), optional :: kinfo
      debug = 0_c_int
      call settle(c_debug_level(debug), kinfo)
   end subroutine get_debug

   subroutine set_debug(debug, kinfo)
      integer(c_int), intent(in) :: debug
      integer(c_int), intent(out), optional :: kinfo
      call settle(c_set_debug_level(debug), kinfo)
   end subroutine set_debug

   !> End the whole job with a status other than 0, whatever rcode is. Does not return.
   subroutine abort_job(id_compid, cd_routine, cd_message, file, line, rcode)
      integer(c_int), intent(in), optional :: id_compid, line, rcode
      character(len=*), intent(in), optional :: cd_routine, cd_message, file
      character(len=:), allocatable :: routine, message, source
      character(len=24) :: status
      integer(c_int) :: number, place, ended
      routine = ''
      message = ''
      source = ''
      number = 0_c_int
      place = 0_c_int
      if (present(id_compid)) number = id_compid
      if (present(cd_routine)) routine = cd_routine
      if (present(cd_message)) message = trim(cd_message)
      if (present(file)) source = file
      if (present(line)) place = line
      if (present(rcode)) then
         write (status, '("rcode ", i0)') rcode
         if (message == '') then
            message = trim(status)
         else
            message = message//' ('//trim(status)//')'
         end if
      end if
      ended = c_abort(number, c_text(routine), c_text(message), c_text(source), place)
   end subroutine abort_job

end module halocline_oasis_component
