!> Cut the basin into boxes, one a rank; complete halos; gather whole fields on rank 0.
!!
!! Arakawa C grid; u lies on the east face, v on the north face, q on the north-east corner:
!!
!!       +----v(i,j)----q(i,j)
!!       |              |
!!       |    h(i,j)    u(i,j)
!!       |              |
!!       +--------------+
!!
!! Local arrays are (0:ni+1, 0:nj+1), i fastest, with one halo cell on each side.
module decomposition
   use, intrinsic :: iso_fortran_env, only: real64
   use mpi
   use failure, only: require
   implicit none
   private
   public :: box, make_box, exchange_halos, gather, scatter

   integer, parameter :: west_east = 1, east_west = 2, south_north = 3, north_south = 4, whole = 5

   type :: box
      integer :: communicator = MPI_COMM_NULL
      integer :: rank = 0, ranks = 1
      integer :: nx = 0, ny = 0              !< the basin [cells]
      integer :: px = 1, py = 1              !< boxes eastward, northward
      integer :: i_first = 1, j_first = 1    !< global index of the first own cell, from 1
      integer :: ni = 0, nj = 0              !< own cells
      integer :: west = MPI_PROC_NULL, east = MPI_PROC_NULL
      integer :: south = MPI_PROC_NULL, north = MPI_PROC_NULL
   end type box

contains

   !> Choose px x py boxes as square as the rank count allows; remainder cells go to the first boxes.
   function make_box(communicator, nx, ny) result(b)
      integer, intent(in) :: communicator, nx, ny
      type(box) :: b
      integer :: ierr, column, row
      b%communicator = communicator
      call mpi_comm_rank(communicator, b%rank, ierr)
      call mpi_comm_size(communicator, b%ranks, ierr)
      b%nx = nx; b%ny = ny
      b%px = int(sqrt(real(b%ranks)))
      do while (mod(b%ranks, b%px) /= 0)
         b%px = b%px - 1
      end do
      b%py = b%ranks/b%px
      call require(b%px <= nx .and. b%py <= ny, 'more boxes than cells', &
         'at least one cell a rank in both directions', 'use fewer ranks or a larger grid')
      call place(b, b%rank, b%i_first, b%j_first, b%ni, b%nj)
      column = mod(b%rank, b%px)
      row = b%rank/b%px
      if (column > 0) b%west = b%rank - 1
      if (column < b%px - 1) b%east = b%rank + 1
      if (row > 0) b%south = b%rank - b%px
      if (row < b%py - 1) b%north = b%rank + b%px
   end function make_box

   !> The rectangle of own cells of any rank.
   subroutine place(b, rank, i_first, j_first, ni, nj)
      type(box), intent(in) :: b
      integer, intent(in) :: rank
      integer, intent(out) :: i_first, j_first, ni, nj
      call cut(b%nx, b%px, mod(rank, b%px), i_first, ni)
      call cut(b%ny, b%py, rank/b%px, j_first, nj)
   end subroutine place

   pure subroutine cut(cells, parts, part, first, count)
      integer, intent(in) :: cells, parts, part
      integer, intent(out) :: first, count
      count = cells/parts
      first = part*count + min(part, mod(cells, parts)) + 1
      if (part < mod(cells, parts)) count = count + 1
   end subroutine cut

   !> Complete the halos of u, v [m/s] and h [m]: neighbours' cells, at walls no flow and no
   !! thickness gradient. Corners are right because the second pass carries the first one's halo.
   subroutine exchange_halos(b, u, v, h)
      type(box), intent(in) :: b
      real(real64), intent(inout) :: u(0:, 0:), v(0:, 0:), h(0:, 0:)
      real(real64) :: to_low(0:max(b%ni, b%nj) + 1, 3), to_high(0:max(b%ni, b%nj) + 1, 3)
      real(real64) :: from_low(0:max(b%ni, b%nj) + 1, 3), from_high(0:max(b%ni, b%nj) + 1, 3)
      integer :: ni, nj
      ni = b%ni; nj = b%nj

      to_low(0:nj + 1, 1) = u(1, :); to_low(0:nj + 1, 2) = v(1, :); to_low(0:nj + 1, 3) = h(1, :)
      to_high(0:nj + 1, 1) = u(ni, :); to_high(0:nj + 1, 2) = v(ni, :); to_high(0:nj + 1, 3) = h(ni, :)
      call swap(b, b%west, b%east, to_low, to_high, from_low, from_high)
      if (b%west /= MPI_PROC_NULL) then
         u(0, :) = from_low(0:nj + 1, 1); v(0, :) = from_low(0:nj + 1, 2); h(0, :) = from_low(0:nj + 1, 3)
      else
         u(0, :) = 0; v(0, :) = 0; h(0, :) = h(1, :)
      end if
      if (b%east /= MPI_PROC_NULL) then
         u(ni + 1, :) = from_high(0:nj + 1, 1); v(ni + 1, :) = from_high(0:nj + 1, 2)
         h(ni + 1, :) = from_high(0:nj + 1, 3)
      else
         u(ni + 1, :) = 0; v(ni + 1, :) = 0; h(ni + 1, :) = h(ni, :)
      end if

      to_low(0:ni + 1, 1) = u(:, 1); to_low(0:ni + 1, 2) = v(:, 1); to_low(0:ni + 1, 3) = h(:, 1)
      to_high(0:ni + 1, 1) = u(:, nj); to_high(0:ni + 1, 2) = v(:, nj); to_high(0:ni + 1, 3) = h(:, nj)
      call swap(b, b%south, b%north, to_low, to_high, from_low, from_high)
      if (b%south /= MPI_PROC_NULL) then
         u(:, 0) = from_low(0:ni + 1, 1); v(:, 0) = from_low(0:ni + 1, 2); h(:, 0) = from_low(0:ni + 1, 3)
      else
         u(:, 0) = 0; v(:, 0) = 0; h(:, 0) = h(:, 1)
      end if
      if (b%north /= MPI_PROC_NULL) then
         u(:, nj + 1) = from_high(0:ni + 1, 1); v(:, nj + 1) = from_high(0:ni + 1, 2)
         h(:, nj + 1) = from_high(0:ni + 1, 3)
      else
         u(:, nj + 1) = 0; v(:, nj + 1) = 0; h(:, nj + 1) = h(:, nj)
      end if
   end subroutine exchange_halos

   !> Send edges to both neighbours of one direction and receive theirs; walls are MPI_PROC_NULL.
   subroutine swap(b, low, high, to_low, to_high, from_low, from_high)
      type(box), intent(in) :: b
      integer, intent(in) :: low, high
      real(real64), intent(in) :: to_low(:, :), to_high(:, :)
      real(real64), intent(out) :: from_low(:, :), from_high(:, :)
      integer :: ierr
      if (low == MPI_PROC_NULL .and. high == MPI_PROC_NULL) return
      call mpi_sendrecv(to_low, size(to_low), MPI_DOUBLE_PRECISION, low, west_east, &
         from_high, size(from_high), MPI_DOUBLE_PRECISION, high, west_east, &
         b%communicator, MPI_STATUS_IGNORE, ierr)
      call mpi_sendrecv(to_high, size(to_high), MPI_DOUBLE_PRECISION, high, east_west, &
         from_low, size(from_low), MPI_DOUBLE_PRECISION, low, east_west, &
         b%communicator, MPI_STATUS_IGNORE, ierr)
   end subroutine swap

   !> Put the whole field (nx, ny) together on rank 0; on other ranks the result is empty.
   function gather(b, field) result(all_cells)
      type(box), intent(in) :: b
      real(real64), intent(in) :: field(0:, 0:)
      real(real64), allocatable :: all_cells(:, :), piece(:, :)
      integer :: rank, i, j, ni, nj, ierr
      if (b%rank /= 0) then
         allocate (all_cells(0, 0))
         piece = field(1:b%ni, 1:b%nj)
         call mpi_send(piece, size(piece), MPI_DOUBLE_PRECISION, 0, whole, b%communicator, ierr)
         return
      end if
      allocate (all_cells(b%nx, b%ny))
      all_cells(1:b%ni, 1:b%nj) = field(1:b%ni, 1:b%nj)
      do rank = 1, b%ranks - 1
         call place(b, rank, i, j, ni, nj)
         allocate (piece(ni, nj))
         call mpi_recv(piece, size(piece), MPI_DOUBLE_PRECISION, rank, whole, b%communicator, &
            MPI_STATUS_IGNORE, ierr)
         all_cells(i:i + ni - 1, j:j + nj - 1) = piece
         deallocate (piece)
      end do
   end function gather

   !> Fill own cells from the whole field (nx, ny), which only rank 0 has.
   subroutine scatter(b, all_cells, field)
      type(box), intent(in) :: b
      real(real64), intent(in) :: all_cells(:, :)
      real(real64), intent(inout) :: field(0:, 0:)
      real(real64), allocatable :: piece(:, :)
      integer :: rank, i, j, ni, nj, ierr
      if (b%rank == 0) then
         field(1:b%ni, 1:b%nj) = all_cells(1:b%ni, 1:b%nj)
         do rank = 1, b%ranks - 1
            call place(b, rank, i, j, ni, nj)
            piece = all_cells(i:i + ni - 1, j:j + nj - 1)
            call mpi_send(piece, size(piece), MPI_DOUBLE_PRECISION, rank, whole, b%communicator, ierr)
         end do
      else
         allocate (piece(b%ni, b%nj))
         call mpi_recv(piece, size(piece), MPI_DOUBLE_PRECISION, 0, whole, b%communicator, &
            MPI_STATUS_IGNORE, ierr)
         field(1:b%ni, 1:b%nj) = piece
      end if
   end subroutine scatter

end module decomposition
