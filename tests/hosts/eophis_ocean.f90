!> An ocean model with an OASIS interface for a script of closures: velocities out, their tendencies back, masks once.
!!
!! Reads namelist_cfg; each process writes the tendencies of the last step into tendency_RANK.bin, axes (i, j, level).
program eophis_ocean
   use, intrinsic :: iso_fortran_env, only: real64
   use mpi
   use mod_oasis
   implicit none
   integer, parameter :: wp = real64
   integer, parameter :: nx = 62, ny = 199, halo = 2
   integer :: nn_it000, nn_itend, nn_lvl
   real(wp) :: rn_Dt
   namelist /namrun/ nn_it000, nn_itend
   namelist /namdom/ rn_Dt, nn_lvl
   character(len=8), parameter :: names_out(4) = [character(len=8) :: 'E_OUT_0', 'E_OUT_1', 'E_OUT_2', 'E_OUT_3']
   character(len=8), parameter :: names_in(2) = [character(len=8) :: 'E_IN_0', 'E_IN_1']
   integer :: component, local, ierror, rank, ranks, part, first, rows
   integer :: sent(4), received(2), numbers(5), field, unit

   open (newunit=unit, file='namelist_cfg', status='old', action='read')
   read (unit, nml=namrun)
   rewind (unit)
   read (unit, nml=namdom)
   close (unit)

   call oasis_init_comp(component, 'oceanx', ierror)
   call oasis_get_localcomm(local, ierror)
   call MPI_Comm_rank(local, rank, ierror)
   call MPI_Comm_size(local, ranks, ierror)
   first = ny*rank/ranks
   rows = ny*(rank + 1)/ranks - first
   numbers = [2, first*nx, nx, rows, nx]
   call oasis_def_partition(part, numbers, ierror, nx*ny)
   do field = 1, 4
      call define(trim(names_out(field)), OASIS_Out, sent(field))
   end do
   do field = 1, 2
      call define(trim(names_in(field)), OASIS_In, received(field))
   end do
   call oasis_enddef(ierror)
   call run()
   call oasis_terminate(ierror)

contains

   subroutine define(name, direction, id)
      character(len=*), intent(in) :: name
      integer, intent(in) :: direction
      integer, intent(out) :: id
      call oasis_def_var(id, name, part, [2, nn_lvl], direction, [1, nx, 1, rows], OASIS_Real, ierror)
      if (ierror /= OASIS_Ok .or. id < 1) stop 3
   end subroutine define

   subroutine run()
      real(wp), allocatable :: u(:, :, :), tendency(:, :, :, :)
      integer :: step, date, component_of, output
      character(len=32) :: file
      allocate (u(nx + 2*halo, rows + 2*halo, nn_lvl), tendency(nx, rows, nn_lvl, 2))
      do component_of = 1, 2
         call fill(u, 2 + component_of, 0)
         call send(sent(2 + component_of), 0, u)
      end do
      do step = 0, nn_itend - nn_it000
         date = step*nint(rn_Dt)
         do component_of = 1, 2
            call fill(u, component_of, step)
            call send(sent(component_of), date, u)
         end do
         do component_of = 1, 2
            call oasis_get(received(component_of), date, tendency(:, :, :, component_of), ierror)
            if (ierror /= OASIS_Recvd) stop 4
         end do
      end do
      write (file, '("tendency_", i0, ".bin")') rank
      open (newunit=output, file=file, access='stream', form='unformatted', status='replace')
      write (output) tendency
      close (output)
   end subroutine run

   !> Leave the ocean's own halo out.
   subroutine send(id, date, u)
      integer, intent(in) :: id, date
      real(wp), intent(in) :: u(:, :, :)
      call oasis_put(id, date, u(1 + halo:nx + halo, 1 + halo:rows + halo, :), ierror)
      if (ierror /= OASIS_Sent) stop 5
   end subroutine send

   !> Fields 1 and 2 change with the step; 3 and 4 are masks.
   subroutine fill(u, field, step)
      real(wp), intent(out) :: u(:, :, :)
      integer, intent(in) :: field, step
      integer :: i, j, k
      u = -1.0e30_wp
      do k = 1, nn_lvl
         do j = 1, rows
            do i = 1, nx
               if (field > 2) then
                  u(i + halo, j + halo, k) = merge(0.0_wp, 1.0_wp, mod(i + 2*(j + first) + k + field, 5) == 0)
               else
                  u(i + halo, j + halo, k) = i*0.25_wp + (j + first)*field + k*1000.0_wp + step*0.5_wp
               end if
            end do
         end do
      end do
   end subroutine fill
end program eophis_ocean
