!> The ocean of the benchmarks: sends its fields, receives half of each, and takes the time of the round trip.
!!
!! Its arrays have one cell around the own cells, as ocean models have, and sections of them are sent; what comes back
!! goes into arrays of own cells.
program ocean
   use, intrinsic :: iso_fortran_env, only: real64
   use bench_setting, only: box, cell_value, exchanges, fields, idle_calls, levels, name_of, now, nx, ny, ocean_cut, &
      own_box, period, read_case, warm_up, write_times
   use halocline, only: halocline_define_box, halocline_end_definition, halocline_finalize, halocline_init, &
      halocline_local_communicator, halocline_receive, halocline_send
   use mpi, only: MPI_Barrier, MPI_Finalize, MPI_Init
   implicit none
   integer :: communicator, status, step
   type(box) :: own
   real(real64), allocatable :: u(:, :, :, :)   !< axes (i, j, level, field), one cell around the own ones
   real(real64), allocatable :: v(:, :, :, :)   !< axes (i, j, level, field), own cells
   real(real64), allocatable :: times(:)
   real(real64) :: begun, definition, idle

   call read_case()
   call MPI_Init(status)
   call halocline_init('ocean')
   ! Everybody has started now: the clock leaves the start of the other programs out.
   begun = now()
   call halocline_local_communicator(communicator)
   own = own_box(ocean_cut, communicator)
   call halocline_define_box('globe', own%i_first, own%j_first, own%ni, own%nj)
   call halocline_end_definition()
   definition = now() - begun

   call fill()
   allocate (times(exchanges), source=0.0_real64)
   idle = 0
   do step = 0, warm_up + exchanges - 1
      call MPI_Barrier(communicator, status)
      begun = now()
      call couple(step*period)
      if (step >= warm_up) times(step - warm_up + 1) = now() - begun
      if (step == warm_up .and. idle_calls > 0) idle = time_of_idle_call(step*period + 1)
   end do
   call check()
   call write_times(communicator, 'times.txt', definition, idle, times)
   call halocline_finalize()
   call MPI_Finalize(status)

contains

   subroutine couple(date)
      integer, intent(in) :: date   !< [s]
      integer :: number
      do number = 1, fields
         call halocline_send(name_of('u', number), u(1:own%ni, 1:own%nj, :, number), date)
      end do
      do number = 1, fields
         call halocline_receive(name_of('v', number), v(:, :, :, number), date)
      end do
   end subroutine couple

   !> Put and get at a date where nothing is due; the time of one of them [s].
   function time_of_idle_call(date) result(seconds)
      integer, intent(in) :: date
      real(real64) :: seconds, start
      logical :: done
      integer :: call_number
      start = now()
      do call_number = 1, idle_calls/2
         call halocline_send('u1', u(1:own%ni, 1:own%nj, :, 1), date, sent=done)
         if (done) error stop 'ocean: something was due at an idle date'
         call halocline_receive('v1', v(:, :, :, 1), date, received=done)
         if (done) error stop 'ocean: something was due at an idle date'
      end do
      seconds = (now() - start)/real(2*(idle_calls/2), real64)
   end function time_of_idle_call

   subroutine fill()
      integer :: i, j, level, number
      allocate (u(0:own%ni + 1, 0:own%nj + 1, levels, fields), source=-1.0_real64)
      allocate (v(own%ni, own%nj, levels, fields), source=-1.0_real64)
      do number = 1, fields
         do level = 1, levels
            do j = 1, own%nj
               do i = 1, own%ni
                  u(i, j, level, number) = sent(i, j, level, number)
               end do
            end do
         end do
      end do
   end subroutine fill

   !> What comes back is half of what went out, each value in its cell.
   subroutine check()
      integer :: i, j, level, number
      do number = 1, fields
         do level = 1, levels
            do j = 1, own%nj
               do i = 1, own%ni
                  if (abs(v(i, j, level, number) - 0.5_real64*kept(i, j, level, number)) > 0) then
                     print '(a, 4i7, 2es14.6)', 'ocean: wrong value in', i, j, level, number, v(i, j, level, number), &
                        0.5_real64*kept(i, j, level, number)
                     error stop 'ocean: the benchmark received a wrong value'
                  end if
               end do
            end do
         end do
      end do
   end subroutine check

   elemental function sent(i, j, level, number) result(value)
      integer, intent(in) :: i, j, level, number
      real(real64) :: value
      value = cell_value(own%i_first + i - 1, own%j_first + j - 1, level, number)
   end function sent

   !> The value that a cell has after the north fold about T points made the last row agree with itself: columns i and
   !! nx - i, counted from 0, are one point there, and the first of the two counts.
   elemental function kept(i, j, level, number) result(value)
      integer, intent(in) :: i, j, level, number
      real(real64) :: value
      integer :: column
      column = own%i_first + i - 2
      value = sent(i, j, level, number)
      if (own%j_first + j - 1 == ny .and. 2*column > nx) value = cell_value(nx - column + 1, ny, level, number)
   end function kept

end program ocean
