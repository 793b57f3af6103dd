!> Heat on a toy tripolar grid: the ocean steps it, the worker in mixing.py says how fast it mixes.
!!
!! The grid is cyclic in i, closed in the south and folded in the north about an F point. Ranks own bands of rows, the
!! southern ones first. Everything of Halocline is in `couple_start`, `couple` and `couple_end`.
program tripolar
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use halocline, only: halocline_define_box, halocline_end_definition, halocline_finalize, halocline_init, &
      halocline_local_communicator, halocline_receive, halocline_send
   use mpi, only: MPI_Allreduce, MPI_Comm_rank, MPI_Comm_size, MPI_DOUBLE_PRECISION, MPI_IN_PLACE, MPI_MAX, MPI_SUM
   implicit none
   integer, parameter :: nx = 48, ny = 30, levels = 4
   integer(int64), parameter :: step = 3600_int64, day = 86400_int64, length = 10_int64*day   !< [s]
   integer :: communicator, rank, ranks, status
   integer :: j_first, nj
   integer(int64) :: seconds
   real(real64), allocatable :: temperature(:, :, :)   !< own cells and one cell around them [K]
   real(real64), allocatable :: mixing(:, :, :)        !< own cells [K/s]
   real(real64), allocatable :: wet(:, :, :)           !< own cells: 1 in water, 0 on land [-]

   call couple_start()
   call choose_rows()
   call start_warm_at_the_pole()
   call couple_define()
   do seconds = 0, length - step, step
      if (modulo(seconds, day) == 0) call report(seconds/day)
      call couple(seconds)
      temperature(1:nx, 1:nj, :) = temperature(1:nx, 1:nj, :) + real(step, real64)*mixing
   end do
   call report(length/day)
   call couple_end()

contains

   subroutine couple_start()
      call halocline_init('ocean')
      call halocline_local_communicator(communicator)
      call MPI_Comm_rank(communicator, rank, status)
      call MPI_Comm_size(communicator, ranks, status)
   end subroutine couple_start

   !> Say which cells are ours, then send once what never changes.
   subroutine couple_define()
      call halocline_define_box('globe', 1, j_first, nx, nj)
      call halocline_end_definition()
      call halocline_send('wet', wet, 0_int64)
   end subroutine couple_define

   !> Own cells of temperature go out; mixing comes back when it is due and stays as it is otherwise.
   subroutine couple(date)
      integer(int64), intent(in) :: date
      call halocline_send('temperature', temperature(1:nx, 1:nj, :), date)
      call halocline_receive('mixing', mixing, date)
   end subroutine couple

   subroutine couple_end()
      call halocline_finalize()
   end subroutine couple_end

   !> Cut the rows into bands; what does not divide goes to the first ranks.
   subroutine choose_rows()
      nj = ny/ranks + merge(1, 0, rank < modulo(ny, ranks))
      j_first = 1 + rank*(ny/ranks) + min(rank, modulo(ny, ranks))
      if (nj == 0) error stop 'tripolar: more ranks than rows'
      allocate (temperature(0:nx + 1, 0:nj + 1, levels), source=0.0_real64)
      allocate (mixing(nx, nj, levels), wet(nx, nj, levels), source=0.0_real64)
   end subroutine choose_rows

   !> Water everywhere but on two islands under the northern poles; a warm spot beside the fold, colder below.
   subroutine start_warm_at_the_pole()
      integer :: i, j, k, row
      do k = 1, levels
         do j = 1, nj
            row = j_first + j - 1
            do i = 1, nx
               wet(i, j, k) = merge(0.0_real64, 1.0_real64, row > ny - 3 .and. modulo(i + 1, nx/2) < 3)
               temperature(i, j, k) = wet(i, j, k)*exp(-0.05_real64*((i - 10)**2 + (row - ny)**2))/k
            end do
         end do
      end do
   end subroutine start_warm_at_the_pole

   !> The heat is the same for ever, whatever crosses the fold; the far side of the fold warms.
   subroutine report(days)
      integer(int64), intent(in) :: days
      real(real64) :: heat, beyond
      heat = sum(temperature(1:nx, 1:nj, :)*wet)
      beyond = 0
      if (j_first + nj - 1 == ny) beyond = maxval(temperature(nx/2 + 1:nx, nj, :))
      call MPI_Allreduce(MPI_IN_PLACE, heat, 1, MPI_DOUBLE_PRECISION, MPI_SUM, communicator, status)
      call MPI_Allreduce(MPI_IN_PLACE, beyond, 1, MPI_DOUBLE_PRECISION, MPI_MAX, communicator, status)
      if (rank == 0) print '(a, i3, a, f14.9, a, f12.9)', 'day', days, ': heat', heat, ', warmest beyond the fold', beyond
   end subroutine report

end program tripolar
