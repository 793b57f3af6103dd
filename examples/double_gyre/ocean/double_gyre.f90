!> Wind-driven double gyre in a closed basin: double_gyre NAMELIST
program double_gyre
   use, intrinsic :: iso_fortran_env, only: int64, output_unit, real64
   use coupling, only: coupling_define, coupling_end, coupling_exchange, coupling_start
   use decomposition, only: box, make_box
   use dynamics, only: coriolis_in_cells, eastward_in_cells, make_ocean, ocean, start_at_rest, step
   use netcdf_files, only: add_snapshot, close_snapshots, open_snapshots, read_restart, &
      snapshots, write_mean, write_restart
   use sanity, only: require_finite
   use settings, only: path_length, read_settings, run_settings
   implicit none

   type(run_settings) :: s
   type(box) :: b
   type(ocean) :: o
   type(snapshots) :: w
   real(real64), allocatable :: sums(:, :, :)
   integer(int64) :: start, n, steps, seconds
   integer :: communicator

   call coupling_start(communicator)
   s = read_settings(namelist_name())
   b = make_box(communicator, s%nx, s%ny)
   o = make_ocean(s, b)
   call start_state(start)
   call coupling_define(b, coriolis_in_cells(b, o), eastward_in_cells(b, s%cell_size))

   steps = s%run_days*86400/s%time_step
   allocate (sums(0:b%ni + 1, 0:b%nj + 1, 3), source=0.0_real64)
   w = open_snapshots(s%snapshot_file, s, b)
   do n = 0, steps - 1
      seconds = n*s%time_step
      call coupling_exchange(b, o%u, o%v, o%h, seconds, o%u_f, o%v_f)
      call step(b, o)
      seconds = seconds + s%time_step
      sums(:, :, 1) = sums(:, :, 1) + o%u
      sums(:, :, 2) = sums(:, :, 2) + o%v
      sums(:, :, 3) = sums(:, :, 3) + o%h
      if (mod(seconds, 86400_int64) == 0) call require_finite(b, o, start + seconds)
      if (mod(seconds, s%snapshot_hours*3600) == 0) call add_snapshot(w, b, o, start + seconds)
      if (mod(seconds, 86400_int64*30) == 0) call report(seconds)
   end do
   call close_snapshots(w, b)
   if (s%mean_file /= '') call write_mean(s%mean_file, s, b, sums, steps, start + seconds)
   if (s%restart_file /= '') call write_restart(s%restart_file, s, b, o, start + seconds)
   call coupling_end()

contains

   !> The first argument, or namelist.nml.
   function namelist_name() result(name)
      character(path_length) :: name
      name = 'namelist.nml'
      if (command_argument_count() > 0) call get_command_argument(1, name)
   end function namelist_name

   subroutine start_state(date)
      integer(int64), intent(out) :: date
      date = 0
      if (s%start_from == 'rest') then
         call start_at_rest(s, b, o)
      else
         call read_restart(s%start_from, b, o, date)
         if (s%reset_date) date = 0
      end if
      call require_finite(b, o, date)
   end subroutine start_state

   subroutine report(elapsed)
      integer(int64), intent(in) :: elapsed
      if (b%rank /= 0) return
      print '("double_gyre: day ",i0," of ",i0)', elapsed/86400, s%run_days
      flush (output_unit)
   end subroutine report

end program double_gyre
