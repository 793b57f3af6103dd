!> A host that makes one mistake, to see how the job ends: misbehaving_host COMPONENT MISTAKE
!!
!! Without mistakes (`none`) component ocean, 2 ranks with halves of a 12 x 9 grid, sends `u` and receives `back` from
!! component network, 1 rank, for 4 steps of 1200 s. The mistakes of ocean are made by its rank 1 only.
program misbehaving_host
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use halocline
   implicit none
   integer, parameter :: nx = 12, ny = 9, step = 1200, steps = 4
   character(len=32) :: component, mistake
   integer :: rank, ni, date
   logical :: guilty
   real(real64), allocatable :: u(:, :)

   call get_command_argument(1, component)
   call get_command_argument(2, mistake)
   call start()
   call define()
   do date = 0, step*(steps - 1), step
      call exchange()
      if (guilty .and. date == step) call fail_at_step()
   end do
   if (mistake == 'no_finalize') stop
   call halocline_finalize()
   print '(2a)', trim(component), ' finished'

contains

   subroutine start()
      use mpi, only: MPI_Comm_rank, MPI_Init
      integer :: communicator, status
      select case (mistake)
       case ('other_file'); call halocline_init(component, merge('other.yaml     ', 'experiment.yaml', component == 'network'))
       case ('unknown_component'); call halocline_init(merge('netwrok', 'ocean  ', component == 'network'))
       case ('begin_refused'); call begin_refused()
       case ('late_start')
         call MPI_Init(status)
         if (component == 'network') call execute_command_line('sleep 20')
         call halocline_init(component)
       case default; call halocline_init(component)
      end select
      call halocline_local_communicator(communicator)
      call MPI_Comm_rank(communicator, rank, status)
      if (index(mistake, 'network_') == 1) then
         guilty = component == 'network'
      else
         guilty = component == 'ocean' .and. rank == 1
      end if
   end subroutine start

   subroutine define()
      integer :: first
      ni = nx
      if (component == 'ocean') ni = nx/2
      first = merge(1 + ni, 1, component == 'ocean' .and. rank == 1)
      if (guilty .and. mistake == 'send_too_early') call halocline_send('u', reshape([real(real64) ::], [0, 0]), 0)
      if (guilty .and. mistake == 'overlap') first = nx/2
      if (guilty .and. mistake == 'outside') first = first + 1
      if (guilty .and. mistake == 'unknown_grid') call halocline_define_serial('glob')
      if (guilty .and. mistake == 'two_domains') call halocline_define_serial('globe')
      if (.not. (guilty .and. mistake == 'no_domain')) call halocline_define_box('globe', first, 1, ni, ny)
      call halocline_end_definition()
      allocate (u(ni, ny), source=1.0_real64)
   end subroutine define

   subroutine exchange()
      if (component == 'ocean') then
         if (.not. (mistake == 'never_sent' .and. date > 0)) call halocline_send('u', u, date)
         call halocline_receive('back', u, date)
      else
         call halocline_receive('u', u, date)
         call halocline_send('back', u, date)
      end if
   end subroutine exchange

   subroutine fail_at_step()
      integer, pointer :: nowhere
      select case (mistake)
       case ('wrong_shape'); call halocline_send('u', u(:, 2:), date + step)
       case ('wrong_received_shape'); call halocline_receive('back', u(2:, :), date + step)
       case ('unknown_field'); call halocline_send('uu', u, date)
       case ('not_a_sender'); call halocline_send('back', u, date)
       case ('date_backwards'); call halocline_send('u', u, date - step)
       case ('date_skipped'); call halocline_send('u', u, date + 2*step)
       case ('date_outside'); call halocline_send('u', u, int(step*steps, int64))
       case ('stop'); stop
       case ('stop_with_code'); stop 7
       case ('error_stop'); error stop 'the model blew up'
       case ('finalize_early'); call halocline_finalize()
       case ('abort'); call halocline_abort('the sea is empty')
       case ('network_stop'); stop
       case ('mpi_finalize'); call end_mpi()
       case ('crash')
         nullify (nowhere)
         nowhere = date
       case ('tolerated'); call tolerate()
      end select
   end subroutine fail_at_step

   !> With ierr a beginning that failed is the host's affair; this host stops as if all were well.
   subroutine begin_refused()
      integer :: ierr
      call halocline_init(merge('netwrok', 'ocean  ', component == 'network'), ierr=ierr)
      if (ierr == 0) error stop 'expected a code'
      stop
   end subroutine begin_refused

   subroutine end_mpi()
      use mpi, only: MPI_Finalize
      integer :: status
      call MPI_Finalize(status)
      stop
   end subroutine end_mpi

   !> With ierr an error is the host's affair: it reads the message and goes on.
   subroutine tolerate()
      integer :: ierr
      call halocline_send('u', u(:, 2:), date + step, ierr=ierr)
      if (ierr /= halocline_error_shape) error stop 'expected halocline_error_shape'
      print '(2a)', 'tolerated: ', halocline_error_message()
      call halocline_send('uu', u, date, ierr=ierr)
      if (ierr /= halocline_error_name) error stop 'expected halocline_error_name'
      call halocline_init('ocean', ierr=ierr)
      if (ierr /= halocline_error_order) error stop 'expected halocline_error_order'
   end subroutine tolerate

end program misbehaving_host
