!> What a rank of the exchange host is told to do, read from two small text files that the test wrote.
!!
!! Case file, one keyword a line:
!!
!!     component NAME
!!     experiment PATH | -                      (-: as the environment says)
!!     mpi library | host                       who starts and ends MPI
!!     grid NAME NX NY closed|cyclic closed|cyclic|fold_T|fold_F mirrored|owned
!!     steps SECONDS NUMBER
!!     partition PATH                           of this component
!!     send NAME NUMBER POINT LEVELS scalar|vector PERIOD LAG KIND SECTION
!!     receive NAME NUMBER POINT LEVELS scalar|vector PERIOD LAG KIND SECTION HALO own|block FILL INITIAL PARTITION
!!
!! KIND: f32 | f64 | default. SECTION: plain | inner | stride | reversed. PERIOD 0: static. PARTITION: of the sender.
!!
!! Partition file, line r + 1 for rank r; indices count from 1:
!!
!!     serial | empty | box I J NI NJ | apple FIRST CELLS | points N C1 ... | orange N F1 C1 F2 C2 ...
!!     cube I J LEVEL NI NJ LEVELS
module exchange_case
   use, intrinsic :: iso_fortran_env, only: real64
   implicit none
   private
   public :: case_type, domain_type, field_type, grid_type, own_levels, read_case, read_domain

   type :: grid_type
      character(len=64) :: name = ''
      integer :: nx = 0, ny = 0
      character(len=16) :: edge_i = '', edge_j = '', row = ''
   end type grid_type

   !> Cells of one rank; a rectangle keeps its corner, everything else is a list along one axis. A cube has some levels.
   type :: domain_type
      character(len=16) :: kind = ''
      integer :: i = 0, j = 0, ni = 0, nj = 0
      integer :: level_first = 1, level_last = huge(1)
      integer, allocatable :: numbers(:)   !< of the partition file, after the kind
      integer, allocatable :: cells(:)     !< index of each cell in local order
      logical :: one_axis = .false.
   end type domain_type

   type :: field_type
      character(len=64) :: name = ''
      logical :: sends = .false., vector = .false., block = .false.
      character(len=1) :: point = 'T'
      character(len=16) :: kind = '', section = ''
      integer :: number = 0, levels = 0, period = 0, lag = 0, halo = 0
      real(real64) :: fill = 0, initial = 0
      logical, allocatable :: owned(:, :)  !< whether a rank of the sender owns the cell on the level
   end type field_type

   type :: case_type
      character(len=64) :: component = ''
      character(len=256) :: experiment = '-', partition = ''
      logical :: host_starts_mpi = .false.
      type(grid_type) :: grid
      integer :: step = 0, steps = 0
      type(field_type), allocatable :: fields(:)
   end type case_type

contains

   subroutine read_case(path, this)
      character(len=*), intent(in) :: path
      type(case_type), intent(out) :: this
      character(len=512) :: line
      character(len=16) :: keyword, word
      integer :: unit, status
      allocate (this%fields(0))
      open (newunit=unit, file=path, status='old', action='read')
      do
         read (unit, '(a)', iostat=status) line
         if (status /= 0) exit
         read (line, *) keyword
         select case (keyword)
          case ('component'); read (line, *) keyword, this%component
          case ('experiment'); this%experiment = adjustl(line(12:))
          case ('mpi')
            read (line, *) keyword, word
            this%host_starts_mpi = word == 'host'
          case ('grid')
            read (line, *) keyword, this%grid%name, this%grid%nx, this%grid%ny, this%grid%edge_i, this%grid%edge_j, &
               this%grid%row
          case ('steps'); read (line, *) keyword, this%step, this%steps
          case ('partition'); this%partition = adjustl(line(11:))
          case ('send', 'receive'); this%fields = [this%fields, read_field(line, this%grid)]
          case default; error stop 'exchange host: unknown keyword in the case file'
         end select
      end do
      close (unit)
   end subroutine read_case

   function read_field(line, grid) result(field)
      character(len=*), intent(in) :: line
      type(grid_type), intent(in) :: grid
      type(field_type) :: field
      character(len=16) :: keyword, sign, shape
      character(len=256) :: source
      read (line, *) keyword, field%name, field%number, field%point, field%levels, sign, field%period, field%lag, &
         field%kind, field%section
      field%sends = keyword == 'send'
      field%vector = sign == 'vector'
      if (field%sends) return
      read (line, *) keyword, field%name, field%number, field%point, field%levels, sign, field%period, field%lag, &
         field%kind, field%section, field%halo, shape, field%fill, field%initial, source
      field%block = shape == 'block'
      field%owned = owned_cells(source, grid, field%levels)
   end function read_field

   !> Cells (cell, level) that any rank of a partition file owns.
   function owned_cells(path, grid, levels) result(owned)
      character(len=*), intent(in) :: path
      type(grid_type), intent(in) :: grid
      integer, intent(in) :: levels
      logical, allocatable :: owned(:, :)
      type(domain_type) :: domain
      integer :: rank
      logical :: found
      allocate (owned(grid%nx*grid%ny, levels), source=.false.)
      rank = 0
      do
         call read_domain(path, rank, grid, domain, found)
         if (.not. found) exit
         owned(domain%cells, domain%level_first:min(domain%level_last, levels)) = .true.
         rank = rank + 1
      end do
   end function owned_cells

   !> Number of levels of a field that a rank has; they follow domain%level_first.
   pure function own_levels(domain, field) result(levels)
      type(domain_type), intent(in) :: domain
      type(field_type), intent(in) :: field
      integer :: levels
      levels = max(0, min(domain%level_last, field%levels) - domain%level_first + 1)
   end function own_levels

   subroutine read_domain(path, rank, grid, domain, found)
      character(len=*), intent(in) :: path
      integer, intent(in) :: rank
      type(grid_type), intent(in) :: grid
      type(domain_type), intent(out) :: domain
      logical, intent(out) :: found
      character(len=4096) :: line
      integer :: unit, status, skipped, count
      open (newunit=unit, file=path, status='old', action='read')
      status = 0
      do skipped = 0, rank
         if (status == 0) read (unit, '(a)', iostat=status) line
      end do
      close (unit)
      found = status == 0
      if (.not. found) return
      read (line, *) domain%kind
      select case (domain%kind)
       case ('serial', 'empty'); count = 0
       case ('box'); count = 4
       case ('cube'); count = 6
       case ('apple'); count = 2
       case ('points')
         read (line, *) domain%kind, count
         count = count + 1
       case ('orange')
         read (line, *) domain%kind, count
         count = 2*count + 1
       case default; error stop 'exchange host: unknown kind of partition'
      end select
      allocate (domain%numbers(count))
      if (count > 0) read (line, *) domain%kind, domain%numbers
      call list_cells(domain, grid)
   end subroutine read_domain

   subroutine list_cells(domain, grid)
      type(domain_type), intent(inout) :: domain
      type(grid_type), intent(in) :: grid
      integer :: i, j, segment
      associate (n => domain%numbers)
         select case (domain%kind)
          case ('serial')
            domain%i = 1; domain%j = 1; domain%ni = grid%nx; domain%nj = grid%ny
          case ('box')
            domain%i = n(1); domain%j = n(2); domain%ni = n(3); domain%nj = n(4)
          case ('cube')
            domain%i = n(1); domain%j = n(2); domain%ni = n(4); domain%nj = n(5)
            domain%level_first = n(3); domain%level_last = n(3) + n(6) - 1
          case ('empty')
            allocate (domain%cells(0))
          case ('apple')
            domain%cells = [(n(1) + i, i=0, n(2) - 1)]
          case ('points')
            domain%cells = n(2:)
          case ('orange')
            domain%cells = [integer :: ]
            do segment = 1, n(1)
               domain%cells = [domain%cells, (n(2*segment) + i, i=0, n(2*segment + 1) - 1)]
            end do
         end select
         if (.not. allocated(domain%cells)) then
            domain%cells = [((i + (j - 1)*grid%nx, i=domain%i, domain%i + domain%ni - 1), j=domain%j, &
               domain%j + domain%nj - 1)]
         else
            domain%one_axis = .true.
            domain%ni = size(domain%cells)
            domain%nj = 1
         end if
      end associate
   end subroutine list_cells

end module exchange_case
