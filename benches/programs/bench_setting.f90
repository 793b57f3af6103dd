!> What the Fortran hosts of the benchmarks share: the case, the cut of the grid, the clock and the written times.
module bench_setting
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use mpi, only: MPI_Comm_rank, MPI_Comm_size, MPI_DOUBLE_PRECISION, MPI_MAX, MPI_Reduce
   implicit none
   private
   public :: box, cell_value, name_of, now, own_box, read_case, write_times

   !> The case, as the driver wrote it in bench.nml.
   integer, public, protected :: nx, ny, levels   !< cells of the grid along i and j, levels
   integer, public, protected :: fields           !< fields that go out together in one exchange, and come back
   integer, public, protected :: halo             !< halo of the partner's block [cells]
   integer, public, protected :: warm_up          !< exchanges before the clock counts
   integer, public, protected :: exchanges        !< exchanges on the clock
   integer, public, protected :: period           !< coupling period [s]; the dates between are idle
   integer, public, protected :: idle_calls       !< put and get with nothing due, counted together
   character(len=16), public, protected :: ocean_cut, partner_cut   !< 'rows', 'columns' or 'boxes'
   character(len=16), public, protected :: wire                     !< 'float64' or 'float32'

   !> Own cells of a rank: first column and row, counted from 1, and their numbers.
   type :: box
      integer :: i_first, j_first, ni, nj
   end type box

contains

   subroutine read_case()
      integer :: unit
      namelist /bench/ nx, ny, levels, fields, halo, warm_up, exchanges, period, idle_calls, ocean_cut, &
         partner_cut, wire
      open (newunit=unit, file='bench.nml', status='old', action='read')
      read (unit, nml=bench)
      close (unit)
   end subroutine read_case

   !> Cut the grid for the ranks of a communicator; what does not divide goes to the first ranks.
   function own_box(cut, communicator) result(own)
      character(len=*), intent(in) :: cut
      integer, intent(in) :: communicator
      type(box) :: own
      integer :: rank, ranks, columns, status
      call MPI_Comm_rank(communicator, rank, status)
      call MPI_Comm_size(communicator, ranks, status)
      select case (cut)
      case ('rows')
         columns = 1
      case ('columns')
         columns = ranks
      case ('boxes')
         columns = int(sqrt(real(ranks)))
         do while (modulo(ranks, columns) /= 0)
            columns = columns - 1
         end do
      case default
         error stop 'bench.nml: a cut is rows, columns or boxes'
      end select
      call part(nx, columns, modulo(rank, columns), own%i_first, own%ni)
      call part(ny, ranks/columns, rank/columns, own%j_first, own%nj)
      if (own%ni == 0 .or. own%nj == 0) error stop 'bench: more ranks than the cut has room for'
   end function own_box

   subroutine part(cells, parts, number, first, own)
      integer, intent(in) :: cells, parts, number
      integer, intent(out) :: first, own
      own = cells/parts + merge(1, 0, number < modulo(cells, parts))
      first = 1 + number*(cells/parts) + min(number, modulo(cells, parts))
   end subroutine part

   !> A value that names its cell and is exact in real(4), half of it too.
   elemental function cell_value(i, j, level, field) result(value)
      integer, intent(in) :: i, j, level, field
      real(real64) :: value
      value = real(modulo(i, 1009) + 7*modulo(j, 1013) + 31*level + 101*field, real64)
   end function cell_value

   !> Name of a field: letter and number.
   function name_of(letter, number) result(name)
      character(len=1), intent(in) :: letter
      integer, intent(in) :: number
      character(len=4) :: name
      write (name, '(a, i0)') letter, number
   end function name_of

   !> Time of the monotonic clock [s].
   function now() result(seconds)
      real(real64) :: seconds
      integer(int64) :: count, rate
      call system_clock(count, rate)
      seconds = real(count, real64)/real(rate, real64)
   end function now

   !> Write the times of this component, each the longest over its ranks [s]. Collective over the communicator.
   subroutine write_times(communicator, file, definition, idle, exchange)
      integer, intent(in) :: communicator
      character(len=*), intent(in) :: file
      real(real64), intent(in) :: definition    !< from after halocline_init to after halocline_end_definition
      real(real64), intent(in) :: idle          !< one put or get with nothing due; 0 where none was called
      real(real64), intent(in) :: exchange(:)   !< one element for each exchange
      real(real64), allocatable :: mine(:), longest(:)
      integer :: unit, rank, status, number
      allocate (mine(2 + size(exchange)), longest(2 + size(exchange)), source=0.0_real64)
      mine(:) = [definition, idle, exchange]
      call MPI_Reduce(mine, longest, size(mine), MPI_DOUBLE_PRECISION, MPI_MAX, 0, communicator, status)
      call MPI_Comm_rank(communicator, rank, status)
      if (rank /= 0) return
      open (newunit=unit, file=file, status='replace', action='write')
      write (unit, '(a, es23.15)') 'definition', longest(1)
      if (idle > 0) write (unit, '(a, es23.15)') 'idle', longest(2)
      do number = 3, size(longest)
         write (unit, '(a, es23.15)') 'exchange', longest(number)
      end do
      close (unit)
   end subroutine write_times

end module bench_setting
