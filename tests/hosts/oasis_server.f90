!> A server beside a coupled job, with the names that XIOS uses: it exchanges no field and meets the ocean on an
!! intercommunicator.
!!
!! Argument: "outside" joins as a component that is not coupled.
program oasis_server
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   use mod_oasis, only: oasis_abort
   use mod_prism
   implicit none
   integer, parameter :: wp = ip_double_p
   integer :: id, ierror, local, between, ranks, status(MPI_STATUS_SIZE)

   if (is_asked('outside')) then
      call prism_init_comp_proto(id, 'xios.x', ierror, .false.)
   else
      call prism_init_comp_proto(id, 'xios.x', ierror)
   end if
   call check(ierror == PRISM_Ok, 'init_comp')
   call prism_get_localcomm_proto(local, ierror)
   call prism_enddef_proto(ierror)
   call check(ierror == PRISM_Ok, 'enddef')
   call prism_get_intercomm(between, 'oceanx', ierror)
   call MPI_Recv(ranks, 1, MPI_INTEGER, 0, 3, between, status, ierror)
   call check(ranks > 0, 'what the ocean says')
   call MPI_Comm_free(between, ierror)
   call prism_terminate_proto(ierror)
   if (ierror /= PRISM_Ok) stop 9
   print '(a)', 'all values as expected'

contains

   include 'oasis_values.inc'

end program oasis_server
