!> What the namelist file says: grid, physics, time and files of one run.
module settings
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use failure, only: fail, require
   implicit none
   private
   public :: run_settings, read_settings, path_length

   integer, parameter :: path_length = 512

   type :: run_settings
      ! Grid: closed basin of nx x ny square cells.
      integer :: nx = 48                     !< cells eastward [-]
      integer :: ny = 48                     !< cells northward [-]
      real(real64) :: cell_size = 40.0e3_real64         !< [m]
      ! Physics of the active layer above a deep layer at rest.
      real(real64) :: reduced_gravity = 0.01_real64     !< [m/s^2]
      real(real64) :: resting_thickness = 1000.0_real64 !< [m]
      real(real64) :: coriolis = 8.0e-5_real64          !< at mid-basin [1/s]
      real(real64) :: beta = 2.0e-11_real64             !< [1/(m s)]
      real(real64) :: wind_stress = 0.15_real64         !< amplitude [N/m^2]
      real(real64) :: density = 1000.0_real64           !< [kg/m^3]
      real(real64) :: viscosity = 400.0_real64          !< Laplacian, lateral [m^2/s]
      real(real64) :: drag = 1.0e-7_real64              !< linear, at the layer's base [1/s]
      logical :: free_slip = .true.          !< at the walls; otherwise no-slip
      ! Time.
      integer(int64) :: time_step = 3600     !< [s]
      integer(int64) :: run_days = 360       !< length of this run [days]
      ! Start and files; an empty name means "not wanted".
      character(path_length) :: start_from = 'rest'     !< 'rest' or a restart file
      logical :: reset_date = .false.        !< count dates from 0 whatever the restart file says
      integer :: seed = 1                    !< of the small thickness noise when starting from rest [-]
      character(path_length) :: restart_file = 'restart.nc'
      character(path_length) :: snapshot_file = 'snapshots.nc'
      character(path_length) :: mean_file = 'mean.nc'
      integer(int64) :: snapshot_hours = 120 !< between snapshots [h]
      integer :: coarsen = 1                 !< snapshots and means averaged over boxes of so many cells [-]
   end type run_settings

contains

   !> Read the namelists &grid, &physics, &time and &files; every entry may be left out.
   function read_settings(file) result(s)
      character(*), intent(in) :: file
      type(run_settings) :: s
      integer :: unit, status
      integer :: nx, ny, seed, coarsen
      integer(int64) :: time_step, run_days, snapshot_hours
      real(real64) :: cell_size, reduced_gravity, resting_thickness, coriolis, beta
      real(real64) :: wind_stress, density, viscosity, drag
      logical :: free_slip, reset_date
      character(path_length) :: start_from, restart_file, snapshot_file, mean_file, message
      namelist /grid/ nx, ny, cell_size
      namelist /physics/ reduced_gravity, resting_thickness, coriolis, beta, wind_stress, &
         density, viscosity, drag, free_slip
      namelist /time/ time_step, run_days
      namelist /files/ start_from, reset_date, seed, restart_file, snapshot_file, mean_file, &
         snapshot_hours, coarsen

      nx = s%nx; ny = s%ny; cell_size = s%cell_size
      reduced_gravity = s%reduced_gravity; resting_thickness = s%resting_thickness
      coriolis = s%coriolis; beta = s%beta; wind_stress = s%wind_stress; density = s%density
      viscosity = s%viscosity; drag = s%drag; free_slip = s%free_slip
      time_step = s%time_step; run_days = s%run_days
      start_from = s%start_from; reset_date = s%reset_date; seed = s%seed
      restart_file = s%restart_file; snapshot_file = s%snapshot_file; mean_file = s%mean_file
      snapshot_hours = s%snapshot_hours; coarsen = s%coarsen

      open (newunit=unit, file=file, status='old', action='read', iostat=status, iomsg=message)
      call require(status == 0, 'cannot open the namelist '//trim(file)//': '//trim(message), &
         'a readable file', 'give its name as the first argument')
      read (unit, nml=grid, iostat=status, iomsg=message)
      call check_group(status, 'grid', file, message)
      read (unit, nml=physics, iostat=status, iomsg=message)
      call check_group(status, 'physics', file, message)
      read (unit, nml=time, iostat=status, iomsg=message)
      call check_group(status, 'time', file, message)
      read (unit, nml=files, iostat=status, iomsg=message)
      call check_group(status, 'files', file, message)
      close (unit)

      s%nx = nx; s%ny = ny; s%cell_size = cell_size
      s%reduced_gravity = reduced_gravity; s%resting_thickness = resting_thickness
      s%coriolis = coriolis; s%beta = beta; s%wind_stress = wind_stress; s%density = density
      s%viscosity = viscosity; s%drag = drag; s%free_slip = free_slip
      s%time_step = time_step; s%run_days = run_days
      s%start_from = start_from; s%reset_date = reset_date; s%seed = seed
      s%restart_file = restart_file; s%snapshot_file = snapshot_file; s%mean_file = mean_file
      s%snapshot_hours = snapshot_hours; s%coarsen = coarsen
      call check(s, file)
   end function read_settings

   subroutine check_group(status, group, file, message)
      integer, intent(in) :: status
      character(*), intent(in) :: group, file, message
      call require(status == 0, trim(file)//', group &'//group//': '//trim(message), &
         'the groups &grid, &physics, &time, &files in this order, known names only', &
         'correct the entry; see README.md for the names and units')
   end subroutine check_group

   subroutine check(s, file)
      type(run_settings), intent(in) :: s
      character(*), intent(in) :: file
      call require(s%nx >= 4 .and. s%ny >= 4, 'nx or ny below 4', 'at least 4 x 4 cells', &
         'nx, ny in &grid of '//file)
      call require(s%cell_size > 0 .and. s%resting_thickness > 0 .and. s%reduced_gravity > 0 &
         .and. s%density > 0, 'a size, thickness, gravity or density that is not positive', &
         'values above 0', '&grid and &physics of '//file)
      call require(s%time_step > 0, 'time_step is not positive', 'seconds, at least 1', &
         'time_step in &time of '//file)
      call require(mod(86400_int64, s%time_step) == 0, 'time_step does not divide a day', &
         'a divisor of 86400 s', 'time_step in &time of '//file)
      call require(s%run_days > 0, 'run_days is not positive', 'at least 1 day', &
         'run_days in &time of '//file)
      call require(s%snapshot_hours > 0 .and. mod(s%snapshot_hours*3600, s%time_step) == 0, &
         'snapshot_hours is no multiple of the time step', 'a positive multiple of time_step', &
         'snapshot_hours in &files of '//file)
      call require(s%coarsen >= 1 .and. mod(s%nx, max(1, s%coarsen)) == 0 .and. &
         mod(s%ny, max(1, s%coarsen)) == 0 .and. (s%coarsen == 1 .or. mod(s%coarsen, 2) == 0), &
         'coarsen does not fit the grid', '1, or an even divisor of nx and ny', &
         'coarsen in &files of '//file)
   end subroutine check

end module settings
