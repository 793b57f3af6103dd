!> A toy atmosphere and ocean: fluxes averaged over the coupling period, both fields with a lag, grids written by all
!! processes in parts.
!!
!! Arguments: "atmosphere" or "ocean".
!!
!!     atmosphere  every 10 s: put FLUX (mean over 40 s, lag 10)      get SST
!!     ocean       every 20 s: get HEAT                               put TEMP (lag 20)
!!
!! What is put for the date 0 comes from restart files, which the tests make.
program oasis_toy
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   use mod_oasis
   implicit none
   integer, parameter :: wp = ip_double_p
   integer, parameter :: nx = 12, ny = 10, length = 160, period = 40
   integer :: id, ierror, local, rank, ranks, part, first, rows
   integer :: inward, outward

   call start_mpi()
   if (is_asked('atmosphere')) then
      call oasis_init_comp(id, 'atmosphere', ierror)
   else
      call oasis_init_comp(id, 'ocean', ierror)
   end if
   call oasis_get_localcomm(local, ierror)
   call MPI_Comm_rank(local, rank, ierror)
   call MPI_Comm_size(local, ranks, ierror)
   first = ny*rank/ranks
   rows = ny*(rank + 1)/ranks - first
   call oasis_def_partition(part, (/2, first*nx, nx, rows, nx/), ierror, nx*ny)
   if (is_asked('atmosphere')) then
      call write_grids('gatm')
      call define('FLUX', OASIS_Out, outward)
      call define('SST', OASIS_In, inward)
      call oasis_enddef(ierror)
      call run_atmosphere()
   else
      call write_grids('goce')
      call define('TEMP', OASIS_Out, outward)
      call define('HEAT', OASIS_In, inward)
      call oasis_enddef(ierror)
      call run_ocean()
   end if
   call oasis_terminate(ierror)
   if (ierror /= OASIS_Ok) stop 9
   call end_mpi()
   print '(a)', 'all values as expected'

contains

   include 'oasis_values.inc'

   subroutine define(name, direction, field)
      character(len=*), intent(in) :: name
      integer, intent(in) :: direction
      integer, intent(out) :: field
      call oasis_def_var(field, name, part, (/2, 1/), direction, (/1, nx, 1, rows/), OASIS_Double, ierror)
      call check(ierror == OASIS_Ok .and. field > 0, 'def_var of '//name)
   end subroutine define

   !> What each cell adds to a date.
   function cells()
      real(wp) :: cells(nx, rows)
      integer :: i, j
      do j = 1, rows
         do i = 1, nx
            cells(i, j) = value(i, first + j, 0, 0)
         end do
      end do
   end function cells

   !> Each process writes its own cells; single precision is taken too.
   subroutine write_grids(name)
      character(len=*), intent(in) :: name
      real(wp) :: corners(nx, rows, 4)
      real(ip_single_p) :: areas(nx, rows)
      integer :: wanted, corner, masks(nx, rows)
      do corner = 1, 4
         corners(:, :, corner) = cells() + 1000*corner
      end do
      areas = real(cells(), ip_single_p)
      masks = mod(nint(cells()), 2)
      call oasis_start_grids_writing(wanted)
      call check(wanted == 1, 'start_grids_writing')
      call oasis_write_grid(name, nx, ny, cells(), -cells(), part)
      call oasis_write_corner(name, nx, ny, 4, corners, -corners, part)
      call oasis_write_mask(name, nx, ny, masks, part)
      call oasis_write_area(name, nx, ny, areas, part)
      call oasis_write_angle(name, nx, ny, cells()/2, part)
      call oasis_write_frac(name, nx, ny, cells()*0 + 1, part)
      call oasis_terminate_grids_writing()
   end subroutine write_grids

   !> FLUX at a date is the date plus the cell. Put at 30, 70, 110 (lag 10: for 40, 80, 120) with the mean since the put
   !! before, at 150 for the restart file.
   subroutine run_atmosphere()
      real(wp) :: got(nx, rows)
      integer :: date, expected
      do date = 0, length - 10, 10
         got = -7
         call oasis_get(inward, date, got, ierror)
         expected = merge(OASIS_Recvd, OASIS_Ok, mod(date, period) == 0)
         call check(ierror == expected, 'kinfo of the get of SST')
         ! TEMP is put with a lag of 20: at date 40 comes that of date 20; at date 0 that of the restart file, 500.
         if (date == 0) call check(all(got == cells() + 500), 'SST of the restart file')
         if (ierror == OASIS_Recvd .and. date > 0) call check(all(got == cells() + date - 20), 'SST')
         if (ierror == OASIS_Ok) call check(all(got == -7), 'nothing due, nothing touched')
         call oasis_put(outward, date, cells() + date, ierror)
         expected = OASIS_LocTrans
         if (mod(date + 10, period) == 0) expected = merge(OASIS_ToRest, OASIS_Sent, date + 10 == length)
         call check(ierror == expected, 'kinfo of the put of FLUX')
      end do
   end subroutine run_atmosphere

   subroutine run_ocean()
      real(wp) :: got(nx, rows)
      integer :: date, expected
      do date = 0, length - 20, 20
         got = -7
         call oasis_get(inward, date, got, ierror)
         expected = merge(OASIS_Recvd, OASIS_Ok, mod(date, period) == 0)
         call check(ierror == expected, 'kinfo of the get of HEAT')
         ! Means of dates 0 to 30, 40 to 70, ...: 15, 55, ...; before that, the restart file.
         if (date == 0) call check(all(got == cells() + 700), 'HEAT of the restart file')
         if (ierror == OASIS_Recvd .and. date > 0) call check(all(abs(got - cells() - date + 25) < 1e-9), 'HEAT')
         call oasis_put(outward, date, cells() + date, ierror)
         expected = OASIS_Ok
         if (mod(date + 20, period) == 0) expected = merge(OASIS_ToRest, OASIS_Sent, date + 20 == length)
         call check(ierror == expected, 'kinfo of the put of TEMP')
      end do
   end subroutine run_ocean

end program oasis_toy
