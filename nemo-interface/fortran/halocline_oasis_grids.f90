!> Writing of grids: arrays of real(4) or real(8), axes (i, j), of corners (i, j, corner).
!!
!! With partid an array holds the own cells of this process and the call is collective over the processes that take part
!! in the coupling; without, it is the whole grid. An error ends the job: these calls have no kinfo.
module halocline_oasis_optional
   use, intrinsic :: iso_c_binding, only: c_int
   implicit none
   private
   public :: partition, name

contains

   !> The partition, or the number that stands for none.
   pure function partition(partid)
      integer(c_int), intent(in), optional :: partid
      integer(c_int) :: partition
      partition = -1_c_int
      if (present(partid)) partition = partid
   end function partition

   !> The text, or an empty one.
   pure function name(text)
      character(len=*), intent(in), optional :: text
      character(len=:), allocatable :: name
      name = ''
      if (present(text)) name = text
   end function name
end module halocline_oasis_optional

module halocline_oasis_grids_f32
   use, intrinsic :: iso_c_binding, only: c_double, c_int, wp => c_float
   use halocline_c, only: c_text
   use halocline_oasis_c, only: c_write_angle, c_write_area, c_write_corner, c_write_fraction, c_write_grid
   use halocline_oasis_optional, only: name, partition
   use halocline_oasis_state, only: insist
   include 'halocline_oasis_grids.inc'
end module halocline_oasis_grids_f32

module halocline_oasis_grids_f64
   use, intrinsic :: iso_c_binding, only: c_double, c_int, wp => c_double
   use halocline_c, only: c_text
   use halocline_oasis_c, only: c_write_angle, c_write_area, c_write_corner, c_write_fraction, c_write_grid
   use halocline_oasis_optional, only: name, partition
   use halocline_oasis_state, only: insist
   include 'halocline_oasis_grids.inc'
end module halocline_oasis_grids_f64

module halocline_oasis_grids
   use, intrinsic :: iso_c_binding, only: c_int
   use halocline_c, only: c_text
   use halocline_oasis_c, only: c_begin_grids, c_end_grids, c_write_mask
   use halocline_oasis_grids_f32, only: grid_f32 => write_grid, corner_f32 => write_corner, frac_f32 => write_frac, &
      area_f32 => write_area, angle_f32 => write_angle
   use halocline_oasis_grids_f64, only: grid_f64 => write_grid, corner_f64 => write_corner, frac_f64 => write_frac, &
      area_f64 => write_area, angle_f64 => write_angle
   use halocline_oasis_optional, only: name, partition
   use halocline_oasis_state, only: insist
   implicit none
   private
   public :: start_grids_writing, write_grid, write_corner, write_mask, write_frac, write_area, write_angle
   public :: terminate_grids_writing

   interface write_grid
      procedure grid_f32, grid_f64
   end interface write_grid

   interface write_corner
      procedure corner_f32, corner_f64
   end interface write_corner

   interface write_frac
      procedure frac_f32, frac_f64
   end interface write_frac

   interface write_area
      procedure area_f32, area_f64
   end interface write_area

   interface write_angle
      procedure angle_f32, angle_f64
   end interface write_angle

contains

   !> iwrite: 1, grids are written.
   subroutine start_grids_writing(iwrite)
      integer(c_int), intent(out) :: iwrite
      iwrite = 0_c_int
      call insist(c_begin_grids(iwrite))
   end subroutine start_grids_writing

   !> mask: 0 for cells in use, 1 for others.
   subroutine write_mask(cgrid, nx, ny, mask, partid, companion)
      character(len=*), intent(in) :: cgrid
      integer(c_int), intent(in) :: nx, ny
      integer(c_int), intent(in) :: mask(:, :)
      integer(c_int), intent(in), optional :: partid
      character(len=*), intent(in), optional :: companion
      call insist(c_write_mask(c_text(cgrid), nx, ny, size(mask, 1, c_int), size(mask, 2, c_int), mask, &
         partition(partid), c_text(name(companion))))
   end subroutine write_mask

   subroutine terminate_grids_writing()
      call insist(c_end_grids())
   end subroutine terminate_grids_writing

end module halocline_oasis_grids
