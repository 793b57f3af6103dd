!> Reduced-gravity shallow water: one Runge-Kutta step of u, v [m/s] and h [m].
!!
!!   du/dt =  q V - d/dx P + wind/(rho H) - drag u + nu lap(u) + u_f
!!   dv/dt = -q U - d/dy P               - drag v + nu lap(v) + v_f
!!   dh/dt = - d/dx U - d/dy V
!!   q = (f + zeta)/h,  P = g' h + (u^2 + v^2)/2,  U = u h,  V = v h
!!
!! Space: Sadourny (1975, J. Atmos. Sci. 32, 680-689), potential-enstrophy conserving.
!! Time: three stages, Wicker & Skamarock (2002, Mon. Weather Rev. 130, 2088-2097).
!! Each cell is computed by one expression from its neighbours, never by a sum over ranks:
!! results do not depend on the decomposition.
module dynamics
   use, intrinsic :: iso_fortran_env, only: real64
   use decomposition, only: box, exchange_halos
   use settings, only: run_settings
   implicit none
   private
   public :: ocean, make_ocean, coriolis_in_cells, eastward_in_cells, start_at_rest, step

   type :: ocean
      real(real64), allocatable :: u(:, :), v(:, :), h(:, :)   !< state (0:ni+1, 0:nj+1)
      real(real64), allocatable :: u_f(:, :), v_f(:, :)        !< subgrid forcing (ni, nj) [m/s^2]
      ! One Runge-Kutta stage.
      real(real64), allocatable :: us(:, :), vs(:, :), hs(:, :)
      real(real64), allocatable :: flux_u(:, :), flux_v(:, :)  !< [m^2/s]
      real(real64), allocatable :: zeta(:, :), q(:, :)         !< [1/s], [1/(m s)]
      real(real64), allocatable :: p(:, :)                     !< P - nu divergence [m^2/s^2]
      ! Geometry along i and along j.
      real(real64), allocatable :: open_u(:), open_v(:)        !< 0 on walls, 1 elsewhere [-]
      real(real64), allocatable :: edge_i(:), edge_j(:)        !< factor of zeta on walls [-]
      real(real64), allocatable :: f(:), wind(:)               !< [1/s] at corners, [m/s^2]
      real(real64) :: time_step = 0, inverse_size = 0, gravity = 0, viscosity = 0, drag = 0
   end type ocean

contains

   function make_ocean(s, b) result(o)
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      type(ocean) :: o
      real(real64), parameter :: pi = acos(-1.0_real64)
      real(real64) :: slip, y
      integer :: i, j, global
      allocate (o%u(0:b%ni + 1, 0:b%nj + 1), source=0.0_real64)
      allocate (o%v, o%h, o%us, o%vs, o%hs, o%flux_u, o%flux_v, o%zeta, o%q, o%p, mold=o%u)
      o%v = 0; o%h = s%resting_thickness
      allocate (o%u_f(b%ni, b%nj), o%v_f(b%ni, b%nj), source=0.0_real64)
      allocate (o%open_u(0:b%ni + 1), o%edge_i(0:b%ni + 1), source=1.0_real64)
      allocate (o%open_v(0:b%nj + 1), o%edge_j(0:b%nj + 1), source=1.0_real64)
      allocate (o%f(0:b%nj + 1), o%wind(0:b%nj + 1))
      slip = merge(0.0_real64, 2.0_real64, s%free_slip)
      do i = 0, b%ni + 1
         global = b%i_first + i - 1
         if (global == 0 .or. global == b%nx) then
            o%open_u(i) = 0; o%edge_i(i) = slip
         end if
      end do
      do j = 0, b%nj + 1
         global = b%j_first + j - 1
         if (global == 0 .or. global == b%ny) then
            o%open_v(j) = 0; o%edge_j(j) = slip
         end if
         y = (real(global, real64) - 0.5_real64*b%ny)*s%cell_size
         o%f(j) = s%coriolis + s%beta*y
         y = (real(global, real64) - 0.5_real64)/b%ny
         o%wind(j) = -s%wind_stress*cos(2*pi*y)/(s%density*s%resting_thickness)
      end do
      o%time_step = real(s%time_step, real64)
      o%inverse_size = 1/s%cell_size
      o%gravity = s%reduced_gravity; o%viscosity = s%viscosity; o%drag = s%drag
   end function make_ocean

   !> The Coriolis parameter [1/s] in the middle of own cells (ni, nj).
   pure function coriolis_in_cells(b, o) result(f)
      type(box), intent(in) :: b
      type(ocean), intent(in) :: o
      real(real64) :: f(b%ni, b%nj)
      integer :: j
      do j = 1, b%nj
         f(:, j) = 0.5_real64*(o%f(j - 1) + o%f(j))
      end do
   end function coriolis_in_cells

   !> The distance [m] from the western wall to the middle of own cells (ni, nj).
   pure function eastward_in_cells(b, cell_size) result(x)
      type(box), intent(in) :: b
      real(real64), intent(in) :: cell_size
      real(real64) :: x(b%ni, b%nj)
      integer :: i
      do i = 1, b%ni
         x(i, :) = (b%i_first + i - 1.5_real64)*cell_size
      end do
   end function eastward_in_cells

   !> No flow, and thickness noise of up to 1 m that depends on the global cell and the seed only.
   subroutine start_at_rest(s, b, o)
      type(run_settings), intent(in) :: s
      type(box), intent(in) :: b
      type(ocean), intent(inout) :: o
      real(real64) :: x
      integer :: i, j
      do j = 1, b%nj
         do i = 1, b%ni
            x = sin(12.9898_real64*(b%i_first + i) + 78.233_real64*(b%j_first + j) + 3.7_real64*s%seed)
            o%h(i, j) = s%resting_thickness + modulo(43758.5453_real64*x, 1.0_real64) - 0.5_real64
         end do
      end do
   end subroutine start_at_rest

   !> Advance the state by one time step. The forcing u_f, v_f is constant over the step.
   subroutine step(b, o)
      type(box), intent(in) :: b
      type(ocean), intent(inout) :: o
      o%us = o%u; o%vs = o%v; o%hs = o%h
      call stage(b, o, o%time_step/3)
      call stage(b, o, o%time_step/2)
      call stage(b, o, o%time_step)
      o%u = o%us; o%v = o%vs; o%h = o%hs
   end subroutine step

   !> Replace the stage by: state + interval * tendency(stage).
   subroutine stage(b, o, interval)
      type(box), intent(in) :: b
      type(ocean), intent(inout) :: o
      real(real64), intent(in) :: interval
      call exchange_halos(b, o%us, o%vs, o%hs)
      call fluxes(b%ni, b%nj, o%us, o%vs, o%hs, o%inverse_size, o%gravity, o%viscosity, &
         o%f, o%edge_i, o%edge_j, o%flux_u, o%flux_v, o%zeta, o%q, o%p)
      call update(b%ni, b%nj, interval, o%inverse_size, o%viscosity, o%drag, o%wind, &
         o%open_u, o%open_v, o%flux_u, o%flux_v, o%zeta, o%q, o%p, o%u_f, o%v_f, &
         o%u, o%v, o%h, o%us, o%vs, o%hs)
   end subroutine stage

   !> Volume fluxes, vorticity, potential vorticity and pressure where `update` needs them.
   pure subroutine fluxes(ni, nj, u, v, h, inverse_size, gravity, viscosity, f, edge_i, edge_j, &
      flux_u, flux_v, zeta, q, p)
      integer, intent(in) :: ni, nj
      real(real64), intent(in), dimension(0:ni + 1, 0:nj + 1) :: u, v, h
      real(real64), intent(in) :: inverse_size, gravity, viscosity
      real(real64), intent(in) :: f(0:nj + 1), edge_i(0:ni + 1), edge_j(0:nj + 1)
      real(real64), intent(inout), dimension(0:ni + 1, 0:nj + 1) :: flux_u, flux_v, zeta, q, p
      integer :: i, j
      real(real64) :: divergence
      do j = 0, nj
         do i = 0, ni
            zeta(i, j) = ((v(i + 1, j) - v(i, j)) - (u(i, j + 1) - u(i, j)))*inverse_size*(edge_i(i)*edge_j(j))
            q(i, j) = (f(j) + zeta(i, j))/(0.25_real64*((h(i, j) + h(i + 1, j)) + (h(i, j + 1) + h(i + 1, j + 1))))
         end do
      end do
      do j = 1, nj + 1
         do i = 0, ni
            flux_u(i, j) = u(i, j)*(0.5_real64*(h(i, j) + h(i + 1, j)))
         end do
      end do
      do j = 0, nj
         do i = 1, ni + 1
            flux_v(i, j) = v(i, j)*(0.5_real64*(h(i, j) + h(i, j + 1)))
         end do
      end do
      do j = 1, nj + 1
         do i = 1, ni + 1
            divergence = ((u(i, j) - u(i - 1, j)) + (v(i, j) - v(i, j - 1)))*inverse_size
            p(i, j) = gravity*h(i, j) - viscosity*divergence &
               + 0.25_real64*((u(i - 1, j)*u(i - 1, j) + u(i, j)*u(i, j)) &
               + (v(i, j - 1)*v(i, j - 1) + v(i, j)*v(i, j)))
         end do
      end do
   end subroutine fluxes

   !> Add the tendencies of own cells; lap(u) = d/dx divergence - d/dy zeta.
   pure subroutine update(ni, nj, interval, inverse_size, viscosity, drag, wind, open_u, open_v, &
      flux_u, flux_v, zeta, q, p, u_f, v_f, u, v, h, us, vs, hs)
      integer, intent(in) :: ni, nj
      real(real64), intent(in) :: interval, inverse_size, viscosity, drag
      real(real64), intent(in) :: wind(0:nj + 1), open_u(0:ni + 1), open_v(0:nj + 1)
      real(real64), intent(in), dimension(0:ni + 1, 0:nj + 1) :: flux_u, flux_v, zeta, q, p
      real(real64), intent(in), dimension(ni, nj) :: u_f, v_f
      real(real64), intent(in), dimension(0:ni + 1, 0:nj + 1) :: u, v, h
      real(real64), intent(inout), dimension(0:ni + 1, 0:nj + 1) :: us, vs, hs
      integer :: i, j
      real(real64) :: tendency_u, tendency_v
      do j = 1, nj
         do i = 1, ni
            tendency_u = 0.125_real64*(q(i, j) + q(i, j - 1)) &
               *((flux_v(i, j) + flux_v(i + 1, j)) + (flux_v(i, j - 1) + flux_v(i + 1, j - 1))) &
               - ((p(i + 1, j) - p(i, j)) + viscosity*(zeta(i, j) - zeta(i, j - 1)))*inverse_size &
               + wind(j) - drag*us(i, j) + u_f(i, j)
            tendency_v = -0.125_real64*(q(i, j) + q(i - 1, j)) &
               *((flux_u(i, j) + flux_u(i - 1, j)) + (flux_u(i, j + 1) + flux_u(i - 1, j + 1))) &
               - ((p(i, j + 1) - p(i, j)) - viscosity*(zeta(i, j) - zeta(i - 1, j)))*inverse_size &
               - drag*vs(i, j) + v_f(i, j)
            us(i, j) = (u(i, j) + interval*tendency_u)*open_u(i)
            vs(i, j) = (v(i, j) + interval*tendency_v)*open_v(j)
            hs(i, j) = h(i, j) - interval*inverse_size &
               *((flux_u(i, j) - flux_u(i - 1, j)) + (flux_v(i, j) - flux_v(i, j - 1)))
         end do
      end do
   end subroutine update

end module dynamics
