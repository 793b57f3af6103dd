!> What the calls of an OASIS host cost: oasis_calls ocean | worker, in a folder with a namcouple (benches/oasis.py).
!!
!! The ocean has NEMO's arrays: own cells within a halo, so that what it puts is a section with strides. Where nothing is
!! due it puts many times; where something is due it puts and gets, and the worker answers at once.
program oasis_calls
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use mod_oasis
   implicit none
   integer, parameter :: nx = 62, ny = 199, most = 36, halo = 2, steps = 200, idle_puts = 20000
   integer :: id, part, status, step, level, repetition, deep_out, deep_in, flat_out, flat_in
   integer(int64) :: begun
   real(real64) :: times(steps, 4), idle(2)
   real(real64), allocatable :: array(:, :, :), answer(:, :, :)
   character(len=6) :: name

   call get_command_argument(1, name)
   call oasis_init_comp(id, trim(name), status)
   call oasis_def_partition(part, [2, 0, nx, ny, nx], status, nx*ny)
   if (name == 'ocean') then
      call define('O_DEEP', most, OASIS_Out, deep_out)
      call define('O_FLAT', 1, OASIS_Out, flat_out)
      call define('I_DEEP', most, OASIS_In, deep_in)
      call define('I_FLAT', 1, OASIS_In, flat_in)
   else
      call define('E_DEEP', most, OASIS_In, deep_in)
      call define('E_FLAT', 1, OASIS_In, flat_in)
      call define('B_DEEP', most, OASIS_Out, deep_out)
      call define('B_FLAT', 1, OASIS_Out, flat_out)
   end if
   call oasis_enddef(status)
   allocate (array(nx + 2*halo, ny + 2*halo, most), answer(nx, ny, most))
   array = 1
   do step = 1, steps
      associate (own => array(1 + halo:nx + halo, 1 + halo:ny + halo, :))
         if (name == 'ocean') then
            begun = now()
            call oasis_put(deep_out, 2*(step - 1), own, status)
            times(step, 1) = since(begun)
            begun = now()
            call oasis_get(deep_in, 2*(step - 1), answer, status)
            times(step, 2) = since(begun)
            begun = now()
            call oasis_put(flat_out, 2*(step - 1), own(:, :, 1), status)
            times(step, 3) = since(begun)
            begun = now()
            call oasis_get(flat_in, 2*(step - 1), answer(:, :, 1), status)
            times(step, 4) = since(begun)
         else
            call oasis_get(deep_in, 2*(step - 1), answer, status)
            call oasis_put(deep_out, 2*(step - 1), answer, status)
            call oasis_get(flat_in, 2*(step - 1), answer(:, :, 1), status)
            call oasis_put(flat_out, 2*(step - 1), answer(:, :, 1), status)
         end if
      end associate
   end do
   if (name == 'ocean') then
      do level = 1, 2
         begun = now()
         do repetition = 1, idle_puts
            if (level == 1) call oasis_put(deep_out, 2*steps - 1, array(1 + halo:nx + halo, 1 + halo:ny + halo, :), status)
            if (level == 2) call oasis_put(flat_out, 2*steps - 1, array(1 + halo:nx + halo, 1 + halo:ny + halo, 1), status)
         end do
         idle(level) = since(begun)/idle_puts
      end do
      print '(a, 6f12.3)', 'microseconds', median(times(:, 1)), median(times(:, 2)), idle(1), median(times(:, 3)), &
         median(times(:, 4)), idle(2)
   end if
   call oasis_terminate(status)

contains

   subroutine define(field, levels, direction, variable)
      character(len=*), intent(in) :: field
      integer, intent(in) :: levels, direction
      integer, intent(out) :: variable
      call oasis_def_var(variable, field, part, [2, levels], direction, [1, nx, 1, ny], OASIS_Real, status)
      if (variable < 1) call oasis_abort(id, 'define', field)
   end subroutine define

   function now()
      integer(int64) :: now
      call system_clock(now)
   end function now

   !> Microseconds since a count of the clock.
   function since(count)
      integer(int64), intent(in) :: count
      real(real64) :: since
      integer(int64) :: rate
      call system_clock(count_rate=rate)
      since = real(now() - count, real64)*1e6_real64/real(rate, real64)
   end function since

   function median(values)
      real(real64), intent(in) :: values(:)
      real(real64) :: median, sorted(size(values)), kept
      integer :: i, j
      sorted = values
      do i = 2, size(sorted)
         kept = sorted(i)
         do j = i - 1, 1, -1
            if (sorted(j) <= kept) exit
            sorted(j + 1) = sorted(j)
         end do
         sorted(j + 1) = kept
      end do
      median = sorted((size(sorted) + 1)/2)
   end function median

end program oasis_calls
