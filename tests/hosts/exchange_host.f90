!> A host that sends values telling their cell and checks each element it receives: exchange_host CASE-FILE
program exchange_host
   use exchange_case, only: case_type, domain_type, field_type, read_case, read_domain
   use exchange_default, only: receive_default => receive_section, send_default => send_section
   use exchange_f32, only: receive_f32 => receive_section, send_f32 => send_section
   use exchange_f64, only: receive_f64 => receive_section, send_f64 => send_section
   use halocline
   use mpi, only: MPI_COMM_WORLD, MPI_Finalize, MPI_Init
   implicit none
   type(case_type) :: this
   type(domain_type) :: domain
   integer :: step

   call start()
   call define()
   do step = 0, this%steps - 1
      call exchange(step*this%step)
   end do
   call finish()

contains

   subroutine start()
      character(len=256) :: path
      integer :: status
      call get_command_argument(1, path)
      call read_case(path, this)
      if (this%host_starts_mpi) then
         call MPI_Init(status)
         call halocline_init(this%component, this%experiment, MPI_COMM_WORLD)
      else if (this%experiment == '-') then
         call halocline_init(this%component)
      else
         call halocline_init(this%component, experiment=this%experiment)
      end if
   end subroutine start

   subroutine define()
      use mpi, only: MPI_Comm_rank
      integer :: communicator, rank, status
      logical :: found
      call halocline_local_communicator(communicator)
      call MPI_Comm_rank(communicator, rank, status)
      call read_domain(this%partition, rank, this%grid, domain, found)
      if (.not. found) call halocline_abort('the partition file has no line for this rank')
      associate (grid => this%grid%name, n => domain%numbers)
         select case (domain%kind)
          case ('serial'); call halocline_define_serial(grid)
          case ('empty'); call halocline_define_empty(grid)
          case ('box'); call halocline_define_box(grid, n(1), n(2), n(3), n(4))
          case ('cube'); call halocline_define_cube(grid, n(1), n(2), n(3), n(4), n(5), n(6))
          case ('apple'); call halocline_define_apple(grid, n(1), n(2))
          case ('points'); call halocline_define_points(grid, n(2:))
          case ('orange'); call halocline_define_orange(grid, n(2::2), n(3::2))
         end select
      end associate
      call halocline_end_definition()
   end subroutine define

   subroutine exchange(date)
      integer, intent(in) :: date
      integer :: number
      do number = 1, size(this%fields)
         if (this%fields(number)%sends) call send(this%fields(number), date)
      end do
      do number = 1, size(this%fields)
         if (.not. this%fields(number)%sends) call receive(this%fields(number), date)
      end do
   end subroutine exchange

   subroutine send(field, date)
      type(field_type), intent(in) :: field
      integer, intent(in) :: date
      select case (field%kind)
       case ('f32'); call send_f32(this, field, domain, date)
       case ('f64'); call send_f64(this, field, domain, date)
       case ('default'); call send_default(this, field, domain, date)
      end select
   end subroutine send

   subroutine receive(field, date)
      type(field_type), intent(in) :: field
      integer, intent(in) :: date
      select case (field%kind)
       case ('f32'); call receive_f32(this, field, domain, date)
       case ('f64'); call receive_f64(this, field, domain, date)
       case ('default'); call receive_default(this, field, domain, date)
      end select
   end subroutine receive

   subroutine finish()
      integer :: status
      call halocline_finalize()
      if (this%host_starts_mpi) call MPI_Finalize(status)
      print '(a)', 'all values as expected'
   end subroutine finish

end program exchange_host
