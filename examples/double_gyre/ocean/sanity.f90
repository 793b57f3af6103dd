!> End the run when the state is not a number, runs away or loses its layer.
module sanity
   use, intrinsic :: iso_fortran_env, only: int64, real64
   use decomposition, only: box
   use dynamics, only: ocean
   use failure, only: fail
   implicit none
   private
   public :: require_finite

   real(real64), parameter :: fastest = 20.0_real64   !< no ocean flows faster [m/s]

contains

   !> Any bad own cell on any rank ends the run with its place.
   subroutine require_finite(b, o, date)
      type(box), intent(in) :: b
      type(ocean), intent(in) :: o
      integer(int64), intent(in) :: date   !< [s]
      logical :: good
      integer :: i, j
      character(200) :: text
      do j = 1, b%nj
         do i = 1, b%ni
            ! Comparisons with NaN are false: a NaN is never good.
            good = abs(o%u(i, j)) < fastest .and. abs(o%v(i, j)) < fastest &
               .and. o%h(i, j) > 0 .and. o%h(i, j) < huge(1.0_real64)
            if (good) cycle
            write (text, '("the state at cell i=",i0," j=",i0," on day ",f0.2,": u=",g0.4," v=",g0.4," m/s, h=",g0.4," m")') &
               b%i_first + i - 1, b%j_first + j - 1, real(date, real64)/86400, o%u(i, j), o%v(i, j), o%h(i, j)
            call fail(text, 'speeds below 20 m/s and a layer thicker than 0 m', &
               'a shorter time_step, more viscosity, or another start or network')
         end do
      end do
   end subroutine require_finite

end module sanity
