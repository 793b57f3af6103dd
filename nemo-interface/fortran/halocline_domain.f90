!> Which cells of a grid this rank owns. All indices of cells count from 1 here.
!!
!! Cell (i, j) has the index (j - 1) * nx + i.
module halocline_domain
   use, intrinsic :: iso_c_binding, only: c_int, c_int64_t
   use halocline_c, only: c_define_apple, c_define_box, c_define_cube, c_define_empty, c_define_orange, &
      c_define_points, c_define_serial, c_text
   use halocline_state, only: session, settle
   implicit none
   private
   public :: halocline_define_serial, halocline_define_empty, halocline_define_apple, halocline_define_box
   public :: halocline_define_orange, halocline_define_points, halocline_define_cube

contains

   !> Own all cells: arrays have shape (nx, ny[, levels]).
   subroutine halocline_define_serial(grid, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_serial(session, c_text(grid)), ierr)
   end subroutine halocline_define_serial

   !> Own no cell: this rank sends and receives nothing on the grid.
   subroutine halocline_define_empty(grid, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_empty(session, c_text(grid)), ierr)
   end subroutine halocline_define_empty

   !> Own consecutive cells: arrays have shape (cells[, levels]).
   subroutine halocline_define_apple(grid, first, cells, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(in) :: first   !< index of the first cell, from 1
      integer(c_int), intent(in) :: cells   !< number of cells
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_apple(session, c_text(grid), from_zero(first), wide(cells)), ierr)
   end subroutine halocline_define_apple

   !> Own a rectangle: arrays have shape (ni, nj[, levels]).
   subroutine halocline_define_box(grid, i_first, j_first, ni, nj, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(in) :: i_first, j_first   !< column and row of the first own cell, from 1
      integer(c_int), intent(in) :: ni, nj             !< number of columns and rows
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_box(session, c_text(grid), from_zero(i_first), from_zero(j_first), wide(ni), wide(nj)), &
         ierr)
   end subroutine halocline_define_box

   !> Own several segments of consecutive cells, in the order given: arrays have shape (cells[, levels]).
   subroutine halocline_define_orange(grid, first, cells, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(in) :: first(:)   !< index of the first cell of each segment, from 1
      integer(c_int), intent(in) :: cells(:)   !< number of cells of each segment
      integer(c_int), intent(out), optional :: ierr
      integer(c_int64_t) :: segments
      segments = size(first, kind=c_int64_t)
      ! C refuses -1 and says why.
      if (size(cells) /= size(first)) segments = -1_c_int64_t
      call settle(c_define_orange(session, c_text(grid), segments, from_zero(first), wide(cells)), ierr)
   end subroutine halocline_define_orange

   !> Own single cells, in the order given: arrays have shape (cells[, levels]).
   subroutine halocline_define_points(grid, indices, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(in) :: indices(:)   !< index of each cell, from 1
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_points(session, c_text(grid), size(indices, kind=c_int64_t), from_zero(indices)), ierr)
   end subroutine halocline_define_points

   !> Own a rectangle on some of the levels: arrays have shape (ni, nj, own levels), beginning with level_first.
   !!
   !! Of a field that ends before level_first + levels - 1 the array has fewer levels; of one that ends below
   !! level_first it has none, and is passed with shape (ni, nj, 0).
   subroutine halocline_define_cube(grid, i_first, j_first, level_first, ni, nj, levels, ierr)
      character(len=*), intent(in) :: grid
      integer(c_int), intent(in) :: i_first, j_first, level_first   !< column, row and level of the first own cell, from 1
      integer(c_int), intent(in) :: ni, nj, levels                  !< number of columns, rows and levels
      integer(c_int), intent(out), optional :: ierr
      call settle(c_define_cube(session, c_text(grid), from_zero(i_first), from_zero(j_first), &
         from_zero(level_first), wide(ni), wide(nj), wide(levels)), ierr)
   end subroutine halocline_define_cube

   !> Index as C counts it.
   elemental function from_zero(index) result(position)
      integer(c_int), intent(in) :: index
      integer(c_int64_t) :: position
      position = int(index, c_int64_t) - 1_c_int64_t
   end function from_zero

   elemental function wide(number) result(wider)
      integer(c_int), intent(in) :: number
      integer(c_int64_t) :: wider
      wider = int(number, c_int64_t)
   end function wide

end module halocline_domain
