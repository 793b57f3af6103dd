!> Answers an OASIS ocean: gets its fields, puts twice their values plus one. Cells in one axis, cut in another way.
!!
!! Arguments: "host" starts MPI here, "commworld" hands over a communicator as well.
program oasis_echo
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   use mod_oasis
   implicit none
   integer, parameter :: wp = ip_double_p
   integer, parameter :: cells = 120, levels = 3
   integer, parameter :: steps = 6, step_seconds = 900, period_seconds = 1800
   real(wp), parameter :: untouched = -7.0_wp
   integer :: id, ierror, local, rank, ranks, part, first, own, got(2), put(2), step
   real(wp), allocatable :: flat(:), deep(:, :)

   call start_mpi()
   if (is_asked('commworld')) then
      call oasis_init_comp(id, 'echo', ierror, commworld=MPI_COMM_WORLD)
   else
      call oasis_init_comp(id, 'echo')
   end if
   call oasis_get_localcomm(local)
   call MPI_Comm_rank(local, rank, ierror)
   call MPI_Comm_size(local, ranks, ierror)
   first = cells*rank/ranks
   own = cells*(rank + 1)/ranks - first
   call oasis_def_partition(part, (/OASIS_Apple, first, own/))
   ! Without a shape, as OASIS 5 allows.
   call oasis_def_var(got(1), 'E_Flat', part, (/1, 1/), OASIS_In, OASIS_Double, ierror)
   call oasis_def_var(got(2), 'E_Deep', part, (/1, levels/), OASIS_In, OASIS_Double)
   call oasis_def_var(put(1), 'B_Flat', part, (/1, 1/), OASIS_Out, (/1, own/), OASIS_Double, ierror)
   call oasis_def_var(put(2), 'B_Deep', part, (/1, levels/), OASIS_Out, (/1, own/), OASIS_Double)
   call oasis_enddef()
   allocate (flat(own), deep(own, levels))
   do step = 0, steps - 1
      call answer(step*step_seconds)
   end do
   call oasis_terminate()
   call end_mpi()
   print '(a)', 'all values as expected'

contains

   include 'oasis_values.inc'

   subroutine answer(date)
      integer, intent(in) :: date
      integer :: cell, k, i, j
      flat = untouched
      deep = untouched
      call oasis_get(got(1), date, flat, ierror)
      call check(ierror == merge(OASIS_Recvd, OASIS_Ok, mod(date, period_seconds) == 0), 'kinfo of a get')
      call oasis_get(got(2), date, deep, ierror)
      if (ierror == OASIS_Recvd) then
         do cell = 1, own
            i = 1 + mod(first + cell - 1, 12)
            j = 1 + (first + cell - 1)/12
            call check(flat(cell) == value(i, j, 0, step), 'a value of one axis')
            do k = 1, levels
               call check(deep(cell, k) == value(i, j, k, step), 'a value of cells and levels')
            end do
         end do
      end if
      call oasis_put(put(1), date, 2*flat + 1, ierror)
      call oasis_put(put(2), date, 2*deep + 1, ierror)
      call check(ierror == merge(OASIS_Sent, OASIS_Ok, mod(date, period_seconds) == 0), 'kinfo of a put')
   end subroutine answer

end program oasis_echo
