!> The model of the tests of blocks in place: in_place_model lent|copied|mistakes
!!
!! Receives u (3 levels, real(8)), s (1 level, real(8)) and w (3 levels, real(4), every second step) with a halo of one
!! cell, answers with u_f, s_f and w_f: in blocks of the library, or in arrays of its own.
program in_place_model
   use, intrinsic :: iso_fortran_env, only: int64, real32, real64
   use halocline
   use mpi, only: MPI_Comm_rank, MPI_Comm_size
   implicit none
   integer, parameter :: nx = 12, ny = 9, levels = 3, step = 10, steps = 4
   character(len=16) :: mode
   integer :: nj, date

   call get_command_argument(1, mode)
   call begin()
   if (mode == 'mistakes') call make_mistakes()
   do date = 0, step*(steps - 1), step
      if (mode == 'copied') then
         call answer_in_arrays()
      else
         call answer_in_place()
      end if
   end do
   call halocline_finalize()

contains

   subroutine begin()
      integer :: communicator, rank, ranks, first, status
      call halocline_init('model')
      call halocline_local_communicator(communicator)
      call MPI_Comm_rank(communicator, rank, status)
      call MPI_Comm_size(communicator, ranks, status)
      first = rank*ny/ranks
      nj = (rank + 1)*ny/ranks - first
      call halocline_define_box('globe', 1, first + 1, nx, nj)
      call halocline_end_definition()
   end subroutine begin

   subroutine answer_in_place()
      real(real64), pointer, contiguous :: u(:, :, :), s(:, :), u_f(:, :, :), s_f(:, :)
      real(real32), pointer, contiguous :: w(:, :, :), w_f(:, :, :)
      logical :: due, answer_due
      call halocline_lend('u', u, date)
      call halocline_lend('s', s, int(date, int64))
      call must(all(shape(u) == [nx + 2, nj + 2, levels]) .and. all(shape(s) == [nx + 2, nj + 2]), 'shape of a block')
      call halocline_lend_output('u_f', u_f, int(date, int64), due)
      call must(due, 'u_f is due')
      call halocline_lend_output('s_f', s_f, date)
      call must(all(shape(u_f) == [nx, nj, levels]) .and. all(shape(s_f) == [nx, nj]), 'shape of an output')
      call compute(u, s, u_f, s_f)
      call halocline_send_output('s_f', date)
      call halocline_send_output('u_f', int(date, int64))
      call halocline_lend('w', w, date, due)
      call halocline_lend_output('w_f', w_f, date, answer_due)
      call must((due .eqv. mod(date, 20) == 0) .and. (due .eqv. answer_due), 'when w is due')
      call must((due .eqv. associated(w)) .and. (due .eqv. associated(w_f)), 'when w is associated')
      if (due) then
         call compute_single(u, w, w_f)
         call halocline_send_output('w_f', date)
         call halocline_give_back('w')
      end if
      call halocline_give_back('u')
      call halocline_give_back('s')
   end subroutine answer_in_place

   subroutine answer_in_arrays()
      real(real64) :: u(nx + 2, nj + 2, levels), s(nx + 2, nj + 2), u_f(nx, nj, levels), s_f(nx, nj)
      real(real32) :: w(nx + 2, nj + 2, levels), w_f(nx, nj, levels)
      logical :: due
      call halocline_receive('u', u, date)
      call halocline_receive('s', s, date)
      call compute(u, s, u_f, s_f)
      call halocline_send('s_f', s_f, date)
      call halocline_send('u_f', u_f, date)
      call halocline_receive('w', w, date, due)
      if (.not. due) return
      call compute_single(u, w, w_f)
      call halocline_send('w_f', w_f, date)
   end subroutine answer_in_arrays

   subroutine compute(u, s, u_f, s_f)
      real(real64), intent(in) :: u(0:, 0:, :), s(0:, 0:)
      real(real64), intent(out) :: u_f(:, :, :), s_f(:, :)
      u_f = 0.5_real64*u(1:nx, 1:nj, :) + 0.25_real64*(u(0:nx - 1, 1:nj, :) + u(1:nx, 2:nj + 1, :))
      s_f = -s(1:nx, 1:nj)
   end subroutine compute

   subroutine compute_single(u, w, w_f)
      real(real64), intent(in) :: u(0:, 0:, :)
      real(real32), intent(in) :: w(0:, 0:, :)
      real(real32), intent(out) :: w_f(:, :, :)
      w_f = w(1:nx, 1:nj, :) + real(u(1:nx, 1:nj, :), real32)
   end subroutine compute_single

   !> Each mistake gives its code and message; afterwards all goes on as if none had been made.
   subroutine make_mistakes()
      real(real32), pointer, contiguous :: single(:, :, :)
      real(real64), pointer, contiguous :: double(:, :, :), flat(:, :), u_f(:, :, :)
      logical :: due
      integer :: ierr
      call halocline_lend('u', single, 0, due, ierr)
      call must(.not. (due .or. associated(single)), 'nothing is lent after an error')
      call refused(ierr, halocline_error_shape, 'real(4) for u')
      call halocline_lend_output('u_f', single, 0, ierr=ierr)
      call refused(ierr, halocline_error_shape, 'real(4) for u_f')
      call halocline_lend('w', double, 0, ierr=ierr)
      call refused(ierr, halocline_error_shape, 'real(8) for w')
      call halocline_lend_output('w_f', double, 0, ierr=ierr)
      call refused(ierr, halocline_error_shape, 'real(8) for w_f')
      call halocline_lend('u', flat, 0, ierr=ierr)
      call refused(ierr, halocline_error_shape, 'two axes for u')
      call halocline_lend('uu', double, 0, ierr=ierr)
      call refused(ierr, halocline_error_name, 'unknown input')
      call halocline_lend_output('u', double, 0, ierr=ierr)
      call refused(ierr, halocline_error_name, 'input as output')
      call halocline_lend('u', double, step*steps, ierr=ierr)
      call refused(ierr, halocline_error_date, 'after the run')
      call halocline_give_back('u', ierr)
      call refused(ierr, halocline_error_order, 'give back before lend')
      call halocline_send_output('u_f', 0, ierr)
      call refused(ierr, halocline_error_order, 'send before lend')
      call halocline_lend_output('u_f', u_f, 0)
      call halocline_lend_output('u_f', double, 0, ierr=ierr)
      call refused(ierr, halocline_error_order, 'lend output twice')
      call halocline_send_output('u_f', step, ierr)
      call refused(ierr, halocline_error_date, 'send for another date')
      call answer_first_date(u_f)
   end subroutine make_mistakes

   !> The first date of u is spent on one more mistake: its answer still is the right one.
   subroutine answer_first_date(u_f)
      real(real64), pointer, contiguous, intent(in) :: u_f(:, :, :)
      real(real64), pointer, contiguous :: u(:, :, :), s(:, :), s_f(:, :), again(:, :, :)
      real(real32), pointer, contiguous :: w(:, :, :), w_f(:, :, :)
      integer :: ierr
      call halocline_lend('u', u, 0)
      call halocline_lend('u', again, step, ierr=ierr)
      call refused(ierr, halocline_error_order, 'lend twice')
      call halocline_lend('s', s, 0)
      call halocline_lend_output('s_f', s_f, 0)
      call compute(u, s, u_f, s_f)
      call halocline_send_output('u_f', 0)
      call halocline_send_output('u_f', 0, ierr)
      call refused(ierr, halocline_error_order, 'send twice')
      call halocline_send_output('s_f', 0)
      call halocline_lend('w', w, 0)
      call halocline_lend_output('w_f', w_f, 0)
      call compute_single(u, w, w_f)
      call halocline_send_output('w_f', 0)
      call halocline_give_back('u')
      call halocline_give_back('s')
      call halocline_give_back('w')
      do date = step, step*(steps - 1), step
         call answer_in_place()
      end do
      call halocline_finalize()
      stop
   end subroutine answer_first_date

   subroutine refused(found, wanted, what)
      integer, intent(in) :: found, wanted
      character(len=*), intent(in) :: what
      call must(found == wanted, what)
      print '(3a)', what, ': ', halocline_error_message()
   end subroutine refused

   subroutine must(right, what)
      logical, intent(in) :: right
      character(len=*), intent(in) :: what
      if (right) return
      print '(2a)', 'WRONG: ', what
      error stop 3
   end subroutine must

end program in_place_model
