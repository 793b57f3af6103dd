!> The same round trip through OASIS3-MCT, written against its module mod_oasis: oasis_pair ocean | worker.
!!
!! One rank a side. The OASIS of 2012 has no bundles: every level is a field of its own, and all are put, then all got,
!! with a date of one second per exchange. It has no halos: the worker gets own cells only.
program oasis_pair
   use, intrinsic :: iso_fortran_env, only: real64
   use bench_setting, only: exchanges, levels, now, nx, ny, read_case, warm_up, write_times
   use mod_oasis, only: oasis_def_partition, oasis_def_var, oasis_enddef, oasis_get, oasis_get_localcomm, oasis_in, &
      oasis_init_comp, oasis_out, oasis_put, oasis_real, oasis_terminate
   implicit none
   integer :: component, communicator, partition, status, step
   integer, allocatable :: sent_field(:), received_field(:)
   real(real64), allocatable :: u(:, :), v(:, :)   !< axes (cell, level)
   real(real64), allocatable :: times(:)
   real(real64) :: begun, definition
   character(len=6) :: name   !< of the component; this OASIS knows six letters

   call get_command_argument(1, name)
   call read_case()
   call oasis_init_comp(component, name, status)
   call must(status, 'oasis_init_comp')
   call oasis_get_localcomm(communicator, status)
   begun = now()
   call define()
   definition = now() - begun
   allocate (u(nx*ny, levels), v(nx*ny, levels), source=0.0_real64)
   if (name == 'ocean') then
      call run_ocean()
   else
      do step = 0, warm_up + exchanges - 1
         call get_all(u, step)
         ! The model pass of all benchmarks: reads every cell once, writes every cell once.
         v = 0.5_real64*u
         call put_all(v, step)
      end do
   end if
   call oasis_terminate(status)

contains

   !> One partition of all cells; U001... of the ocean become P001... of the worker, V001... of the worker Q001...: in the
   !! OASIS of 2012 both ends of a coupling need names of their own.
   subroutine define()
      integer :: level
      character(len=4) :: label
      logical :: is_ocean
      is_ocean = name == 'ocean'
      call oasis_def_partition(partition, [0, 0, nx*ny], status)
      call must(status, 'oasis_def_partition')
      allocate (sent_field(levels), received_field(levels))
      do level = 1, levels
         write (label, '(a, i3.3)') merge('U', 'V', is_ocean), level
         call oasis_def_var(sent_field(level), label, partition, [1, 1], oasis_out, [1, nx*ny], oasis_real, status)
         call must(status, 'oasis_def_var')
         write (label, '(a, i3.3)') merge('Q', 'P', is_ocean), level
         call oasis_def_var(received_field(level), label, partition, [1, 1], oasis_in, [1, nx*ny], oasis_real, status)
         call must(status, 'oasis_def_var')
      end do
      call oasis_enddef(status)
      call must(status, 'oasis_enddef')
   end subroutine define

   subroutine run_ocean()
      integer :: cell, level
      do level = 1, levels
         do cell = 1, nx*ny
            u(cell, level) = real(modulo(cell + 31*level, 4001), real64)
         end do
      end do
      allocate (times(exchanges), source=0.0_real64)
      do step = 0, warm_up + exchanges - 1
         begun = now()
         call put_all(u, step)
         call get_all(v, step)
         if (step >= warm_up) times(step - warm_up + 1) = now() - begun
      end do
      if (any(abs(v - 0.5_real64*u) > 0)) error stop 'oasis_pair: the benchmark received a wrong value'
      call write_times(communicator, 'times.txt', definition, 0.0_real64, times)
   end subroutine run_ocean

   subroutine put_all(array, date)
      real(real64), intent(in) :: array(:, :)
      integer, intent(in) :: date
      integer :: level, info
      do level = 1, levels
         call oasis_put(sent_field(level), date, array(:, level), info)
      end do
   end subroutine put_all

   subroutine get_all(array, date)
      real(real64), intent(inout) :: array(:, :)
      integer, intent(in) :: date
      integer :: level, info
      do level = 1, levels
         call oasis_get(received_field(level), date, array(:, level), info)
      end do
   end subroutine get_all

   subroutine must(code, routine)
      integer, intent(in) :: code
      character(len=*), intent(in) :: routine
      if (code == 0) return
      print '(3a, i0)', 'oasis_pair: ', routine, ' answered ', code
      error stop 1
   end subroutine must

end program oasis_pair
