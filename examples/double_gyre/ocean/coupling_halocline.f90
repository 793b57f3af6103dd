!> Send velocities and thickness to the network, receive its subgrid momentum forcing.
!!
!! Everything that Halocline needs in an ocean model is here: start, where the own cells lie,
!! one send a field, one receive a field, end. When a field is due, experiment.yaml says.
module coupling
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use halocline, only: halocline_define_box, halocline_end_definition, halocline_finalize, &
      halocline_init, halocline_local_communicator, halocline_receive, halocline_send
   use decomposition, only: box
   implicit none
   private
   public :: coupling_start, coupling_define, coupling_exchange, coupling_end

contains

   subroutine coupling_start(communicator)
      integer, intent(out) :: communicator
      call halocline_init('ocean')
      call halocline_local_communicator(communicator)
   end subroutine coupling_start

   !> Say where the own cells lie; send what never changes, in cells (ni, nj): f [1/s] and the
   !! distance x [m] from the western wall.
   subroutine coupling_define(b, f, x)
      type(box), intent(in) :: b
      real(real64), intent(in) :: f(:, :), x(:, :)
      call halocline_define_box('gyre', b%i_first, b%j_first, b%ni, b%nj)
      call halocline_end_definition()
      call halocline_send('f', f, 0_int64)
      call halocline_send('x', x, 0_int64)
   end subroutine coupling_define

   !> Own cells of u, v [m/s], h [m] go out; u_f, v_f (ni, nj) [m/s^2] are replaced when due.
   subroutine coupling_exchange(b, u, v, h, seconds, u_f, v_f)
      type(box), intent(in) :: b
      real(real64), intent(in) :: u(0:, 0:), v(0:, 0:), h(0:, 0:)
      integer(int64), intent(in) :: seconds   !< since the start of this run [s]
      real(real64), intent(inout) :: u_f(:, :), v_f(:, :)
      call halocline_send('u', u(1:b%ni, 1:b%nj), seconds)
      call halocline_send('v', v(1:b%ni, 1:b%nj), seconds)
      call halocline_send('h', h(1:b%ni, 1:b%nj), seconds)
      call halocline_receive('u_f', u_f, seconds)
      call halocline_receive('v_f', v_f, seconds)
   end subroutine coupling_exchange

   subroutine coupling_end()
      call halocline_finalize()
   end subroutine coupling_end

end module coupling
