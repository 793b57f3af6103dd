!> The model alone: no subgrid forcing from outside. Same interface as coupling_halocline.f90.
module coupling
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use mpi
   use decomposition, only: box
   implicit none
   private
   public :: coupling_start, coupling_define, coupling_exchange, coupling_end

contains

   subroutine coupling_start(communicator)
      integer, intent(out) :: communicator
      integer :: ierr
      call mpi_init(ierr)
      communicator = MPI_COMM_WORLD
   end subroutine coupling_start

   subroutine coupling_define(b, f, x)
      type(box), intent(in) :: b
      real(real64), intent(in) :: f(:, :), x(:, :)
      if (size(f) /= b%ni*b%nj .or. size(x) /= size(f)) error stop 1
      if (b%rank == 0) print '(a)', 'double_gyre: runs alone, no subgrid forcing from a network'
   end subroutine coupling_define

   !> Leave the forcing [m/s^2] as it is: zero.
   subroutine coupling_exchange(b, u, v, h, seconds, u_f, v_f)
      type(box), intent(in) :: b
      real(real64), intent(in) :: u(0:, 0:), v(0:, 0:), h(0:, 0:)
      integer(int64), intent(in) :: seconds
      real(real64), intent(inout) :: u_f(:, :), v_f(:, :)
      if (seconds < 0 .or. size(u, 1) /= b%ni + 2 .or. size(v) /= size(u) .or. size(h) /= size(u)) error stop 1
      if (size(u_f) /= size(v_f)) error stop 1
   end subroutine coupling_exchange

   subroutine coupling_end()
      integer :: ierr
      call mpi_finalize(ierr)
   end subroutine coupling_end

end module coupling
