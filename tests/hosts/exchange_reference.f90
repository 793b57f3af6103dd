!> What a rank must receive, worked out cell by cell and as plainly as possible; knows nothing of Halocline.
module exchange_reference
   use, intrinsic :: iso_fortran_env, only: real64
   use exchange_case, only: field_type, grid_type
   implicit none
   private
   public :: encoded, expected, send_is_due, receive_is_due

contains

   !> The value that the sender has in a cell; below 2**24, so that real(4) holds it.
   pure function encoded(cell, level, number, step) result(value)
      integer, intent(in) :: cell, level, number, step
      real(real64) :: value
      value = real(cell + 1000*level + 10000*number + 100000*step, real64)
   end function encoded

   !> Whether a send at this date does something; the run ends before `last`.
   pure function send_is_due(field, date, last) result(due)
      type(field_type), intent(in) :: field
      integer, intent(in) :: date, last
      logical :: due
      if (field%period == 0) then
         due = date == 0
      else
         due = modulo(date + field%lag, field%period) == 0 .and. date + field%lag >= 0 .and. date + field%lag < last
      end if
   end function send_is_due

   pure function receive_is_due(field, date) result(due)
      type(field_type), intent(in) :: field
      integer, intent(in) :: date
      logical :: due
      if (field%period == 0) then
         due = date == 0
      else
         due = modulo(date, field%period) == 0
      end if
   end function receive_is_due

   !> Value at column i and row j (from 1; may lie outside the grid) received at `date` [s].
   pure function expected(grid, field, i, j, level, date, step) result(value)
      type(grid_type), intent(in) :: grid
      type(field_type), intent(in) :: field
      integer, intent(in) :: i, j, level, date, step
      real(real64) :: value
      integer :: column, row, cell
      logical :: exists, flipped
      call find(grid, field, i - 1, j - 1, level, column, row, exists, flipped)
      value = field%fill
      if (.not. exists) return
      cell = 1 + column + row*grid%nx
      if (.not. field%owned(cell, level)) return
      if (date < field%lag) then
         value = field%initial
      else
         value = encoded(cell, level, field%number, (date - field%lag)/step)
      end if
      if (flipped .and. field%vector) value = -value
   end function expected

   !> The cell of the grid (from 0) that stands for column i and row j (from 0).
   pure subroutine find(grid, field, i, j, level, column, row, exists, flipped)
      type(grid_type), intent(in) :: grid
      type(field_type), intent(in) :: field
      integer, intent(in) :: i, j, level
      integer, intent(out) :: column, row
      logical, intent(out) :: exists, flipped
      logical :: folded
      column = i
      row = j
      exists = .true.
      flipped = .false.
      folded = grid%edge_j(1:4) == 'fold'
      if (grid%edge_j == 'cyclic') row = modulo(j, grid%ny)
      if (folded .and. row >= grid%ny) then
         call mirror(grid, field%point, i, j, column, row)
         flipped = .true.
      end if
      if (grid%edge_i == 'cyclic') column = modulo(column, grid%nx)
      exists = column >= 0 .and. column < grid%nx .and. row >= 0 .and. row < grid%ny
      if (exists .and. folded .and. row == grid%ny - 1) call choose_twin(grid, field, level, column, row, flipped)
   end subroutine find

   !> A cell of the last row that is another cell too: who gives its value.
   pure subroutine choose_twin(grid, field, level, column, row, flipped)
      type(grid_type), intent(in) :: grid
      type(field_type), intent(in) :: field
      integer, intent(in) :: level
      integer, intent(inout) :: column, row
      logical, intent(inout) :: flipped
      integer :: other_column, other_row
      call mirror(grid, field%point, column, row, other_column, other_row)
      if (other_row >= grid%ny) return                                 ! not twice in the grid
      other_column = modulo(other_column, grid%nx)
      if (other_row == row .and. other_column >= column) return        ! the first of the two, or its own mirror
      if (grid%row == 'owned' .and. field%owned(1 + column + row*grid%nx, level)) return
      column = other_column
      row = other_row
      flipped = .not. flipped
   end subroutine choose_twin

   !> The other cell of a point across the fold; the column is still to be taken modulo nx.
   pure subroutine mirror(grid, point, i, j, column, row)
      type(grid_type), intent(in) :: grid
      character(len=1), intent(in) :: point
      integer, intent(in) :: i, j
      integer, intent(out) :: column, row
      integer :: n
      n = grid%ny
      column = 0
      row = 0
      select case (grid%edge_j(6:6)//point)
       case ('TT'); column = -i; row = 2*(n - 1) - j
       case ('TU'); column = -1 - i; row = 2*(n - 1) - j
       case ('TV'); column = -i; row = 2*n - 3 - j
       case ('TF'); column = -1 - i; row = 2*n - 3 - j
       case ('FT'); column = -1 - i; row = 2*n - 1 - j
       case ('FU'); column = -2 - i; row = 2*n - 1 - j
       case ('FV'); column = -1 - i; row = 2*n - 2 - j
       case ('FF'); column = -2 - i; row = 2*n - 2 - j
      end select
   end subroutine mirror

end module exchange_reference
