!> Every bind(c) interface of the OASIS modules: functions of nemo-interface/src/oasis. Hosts use module mod_oasis.
module halocline_oasis_c
   use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_int64_t, c_ptr
   implicit none
   private

   public :: c_join, c_local_communicator, c_set_coupling, c_create_coupling
   public :: c_intracommunicator, c_intercommunicator, c_multi_intracommunicator
   public :: c_define_partition, c_define_variable, c_end_definition, c_terminate, c_abort, c_end, c_tell
   public :: c_put_f32, c_put_f64, c_get_f32, c_get_f64, c_inquire_put, c_number_of_periods, c_periods
   public :: c_begin_grids, c_write_grid, c_write_corner, c_write_mask, c_write_fraction, c_write_area, c_write_angle
   public :: c_end_grids, c_debug_level, c_set_debug_level
   public :: all_processes

   !> Communicator argument of c_join that stands for all processes of the job.
   integer(c_int), parameter :: all_processes = -1_c_int

   interface
      function c_join(number, name, coupled, world) result(code) bind(c, name='halocline_oasis_join')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: number
         character(kind=c_char), intent(in) :: name(*)
         integer(c_int), value :: coupled, world
         integer(c_int) :: code
      end function c_join

      function c_local_communicator(handle) result(code) bind(c, name='halocline_oasis_local_communicator')
         import :: c_int
         integer(c_int), intent(inout) :: handle
         integer(c_int) :: code
      end function c_local_communicator

      function c_set_coupling(handle) result(code) bind(c, name='halocline_oasis_set_coupling')
         import :: c_int
         integer(c_int), value :: handle
         integer(c_int) :: code
      end function c_set_coupling

      function c_create_coupling(color, among, handle) result(code) bind(c, name='halocline_oasis_create_coupling')
         import :: c_int
         integer(c_int), value :: color, among
         integer(c_int), intent(inout) :: handle
         integer(c_int) :: code
      end function c_create_coupling

      function c_intracommunicator(handle, name) result(code) bind(c, name='halocline_oasis_intracommunicator')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: handle
         character(kind=c_char), intent(in) :: name(*)
         integer(c_int) :: code
      end function c_intracommunicator

      function c_intercommunicator(handle, name) result(code) bind(c, name='halocline_oasis_intercommunicator')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: handle
         character(kind=c_char), intent(in) :: name(*)
         integer(c_int) :: code
      end function c_intercommunicator

      !> Names of length characters each, one after the other.
      function c_multi_intracommunicator(handle, count, length, names, roots) result(code) &
         bind(c, name='halocline_oasis_multi_intracommunicator')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: handle
         integer(c_int), value :: count, length
         character(kind=c_char), intent(in) :: names(*)
         integer(c_int), intent(inout) :: roots(*)
         integer(c_int) :: code
      end function c_multi_intracommunicator

      function c_define_partition(id, count, numbers, global, name) result(code) &
         bind(c, name='halocline_oasis_define_partition')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: id
         integer(c_int), value :: count, global
         integer(c_int), intent(in) :: numbers(*)
         character(kind=c_char), intent(in) :: name(*)
         integer(c_int) :: code
      end function c_define_partition

      function c_define_variable(id, name, partition, levels, direction, kind) result(code) &
         bind(c, name='oasis_c_def_var')
         import :: c_char, c_int
         integer(c_int), intent(inout) :: id
         character(kind=c_char), intent(in) :: name(*)
         integer(c_int), value :: partition, levels, direction, kind
         integer(c_int) :: code
      end function c_define_variable

      function c_end_definition() result(code) bind(c, name='oasis_c_enddef')
         import :: c_int
         integer(c_int) :: code
      end function c_end_definition

      function c_terminate() result(code) bind(c, name='oasis_c_terminate')
         import :: c_int
         integer(c_int) :: code
      end function c_terminate

      !> Does not return.
      function c_abort(number, routine, message, file, line) result(code) bind(c, name='oasis_c_abort')
         import :: c_char, c_int
         integer(c_int), value :: number, line
         character(kind=c_char), intent(in) :: routine(*), message(*), file(*)
         integer(c_int) :: code
      end function c_abort

      !> Ends the job with the last error; does not return.
      function c_end() result(code) bind(c, name='halocline_oasis_end')
         import :: c_int
         integer(c_int) :: code
      end function c_end

      !> Writes the last error to the log.
      subroutine c_tell() bind(c, name='halocline_oasis_tell')
      end subroutine c_tell

      function c_put_f32(id, date, values, rank, shape, strides, write_restart, kinfo) result(code) &
         bind(c, name='halocline_oasis_put_f32')
         import :: c_int, c_int64_t, c_ptr
         integer(c_int), value :: id, rank, write_restart
         integer(c_int64_t), value :: date
         type(c_ptr), value :: values
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int), intent(inout) :: kinfo
         integer(c_int) :: code
      end function c_put_f32

      function c_put_f64(id, date, values, rank, shape, strides, write_restart, kinfo) result(code) &
         bind(c, name='halocline_oasis_put_f64')
         import :: c_int, c_int64_t, c_ptr
         integer(c_int), value :: id, rank, write_restart
         integer(c_int64_t), value :: date
         type(c_ptr), value :: values
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int), intent(inout) :: kinfo
         integer(c_int) :: code
      end function c_put_f64

      function c_get_f32(id, date, values, rank, shape, strides, kinfo) result(code) &
         bind(c, name='halocline_oasis_get_f32')
         import :: c_int, c_int64_t, c_ptr
         integer(c_int), value :: id, rank
         integer(c_int64_t), value :: date
         type(c_ptr), value :: values
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int), intent(inout) :: kinfo
         integer(c_int) :: code
      end function c_get_f32

      function c_get_f64(id, date, values, rank, shape, strides, kinfo) result(code) &
         bind(c, name='halocline_oasis_get_f64')
         import :: c_int, c_int64_t, c_ptr
         integer(c_int), value :: id, rank
         integer(c_int64_t), value :: date
         type(c_ptr), value :: values
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int), intent(inout) :: kinfo
         integer(c_int) :: code
      end function c_get_f64

      function c_inquire_put(id, date, kinfo) result(code) bind(c, name='oasis_c_put_inquire')
         import :: c_int
         integer(c_int), value :: id, date
         integer(c_int), intent(inout) :: kinfo
         integer(c_int) :: code
      end function c_inquire_put

      function c_number_of_periods(id, number) result(code) bind(c, name='oasis_c_get_ncpl')
         import :: c_int
         integer(c_int), value :: id
         integer(c_int), intent(inout) :: number
         integer(c_int) :: code
      end function c_number_of_periods

      function c_periods(id, direction, number, periods) result(code) bind(c, name='oasis_c_get_freqs')
         import :: c_int
         integer(c_int), value :: id, direction, number
         integer(c_int), intent(inout) :: periods(*)
         integer(c_int) :: code
      end function c_periods

      function c_begin_grids(wanted) result(code) bind(c, name='halocline_oasis_begin_grids')
         import :: c_int
         integer(c_int), intent(inout) :: wanted
         integer(c_int) :: code
      end function c_begin_grids

      function c_write_grid(grid, nx, ny, ni, nj, lon, lat, partition) result(code) &
         bind(c, name='oasis_c_write_grid')
         import :: c_char, c_double, c_int
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int), value :: nx, ny, ni, nj, partition
         real(c_double), intent(in) :: lon(*), lat(*)
         integer(c_int) :: code
      end function c_write_grid

      function c_write_corner(grid, nx, ny, nc, ni, nj, lon, lat, partition) result(code) &
         bind(c, name='oasis_c_write_corner')
         import :: c_char, c_double, c_int
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int), value :: nx, ny, nc, ni, nj, partition
         real(c_double), intent(in) :: lon(*), lat(*)
         integer(c_int) :: code
      end function c_write_corner

      function c_write_mask(grid, nx, ny, ni, nj, mask, partition, companion) result(code) &
         bind(c, name='oasis_c_write_mask')
         import :: c_char, c_int
         character(kind=c_char), intent(in) :: grid(*), companion(*)
         integer(c_int), value :: nx, ny, ni, nj, partition
         integer(c_int), intent(in) :: mask(*)
         integer(c_int) :: code
      end function c_write_mask

      function c_write_fraction(grid, nx, ny, ni, nj, fraction, partition, companion) result(code) &
         bind(c, name='oasis_c_write_frac')
         import :: c_char, c_double, c_int
         character(kind=c_char), intent(in) :: grid(*), companion(*)
         integer(c_int), value :: nx, ny, ni, nj, partition
         real(c_double), intent(in) :: fraction(*)
         integer(c_int) :: code
      end function c_write_fraction

      function c_write_area(grid, nx, ny, ni, nj, area, partition) result(code) bind(c, name='oasis_c_write_area')
         import :: c_char, c_double, c_int
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int), value :: nx, ny, ni, nj, partition
         real(c_double), intent(in) :: area(*)
         integer(c_int) :: code
      end function c_write_area

      function c_write_angle(grid, nx, ny, ni, nj, angle, partition) result(code) bind(c, name='oasis_c_write_angle')
         import :: c_char, c_double, c_int
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int), value :: nx, ny, ni, nj, partition
         real(c_double), intent(in) :: angle(*)
         integer(c_int) :: code
      end function c_write_angle

      function c_end_grids() result(code) bind(c, name='oasis_c_terminate_grids_writing')
         import :: c_int
         integer(c_int) :: code
      end function c_end_grids

      function c_debug_level(level) result(code) bind(c, name='oasis_c_get_debug')
         import :: c_int
         integer(c_int), intent(inout) :: level
         integer(c_int) :: code
      end function c_debug_level

      function c_set_debug_level(level) result(code) bind(c, name='oasis_c_set_debug')
         import :: c_int
         integer(c_int), value :: level
         integer(c_int) :: code
      end function c_set_debug_level
   end interface

end module halocline_oasis_c
