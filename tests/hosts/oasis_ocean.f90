!> An ocean model with an OASIS interface that makes NEMO's calls: 28 fields that no experiment mentions, sections that
!! leave the halo out, puts where nothing is due, arguments by position, STOP after terminate.
!!
!! Arguments: "host" starts MPI here, "idle" leaves its last process outside of the coupling, "server" meets a server.
program oasis_ocean
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   use mod_oasis
   implicit none
   integer, parameter :: wp = kind(1.0)
   integer, parameter :: nx = 12, ny = 10, levels = 3, halo = 2
   integer, parameter :: steps = 6, step_seconds = 900, period_seconds = 1800
   real(wp), parameter :: untouched = -7.0_wp
   integer :: id, ierror, local, coupling, rank, ranks

   call start_mpi()
   call oasis_init_comp(id, 'oceanx', ierror)
   call check(ierror == OASIS_Ok, 'init_comp')
   call oasis_get_localcomm(local, ierror)
   coupling = local
   if (is_asked('idle')) call choose()
   if (coupling /= MPI_COMM_NULL) then
      call MPI_Comm_rank(coupling, rank, ierror)
      call MPI_Comm_size(coupling, ranks, ierror)
      call couple()
   else
      call oasis_enddef(ierror)
      call check(ierror == OASIS_Ok, 'enddef of a process without cells')
   end if
   call oasis_terminate(ierror)
   if (ierror /= OASIS_Ok) stop 9
   call end_mpi()
   print '(a)', 'all values as expected'
   stop 0

contains

   include 'oasis_values.inc'

   !> All but the last process take part.
   subroutine choose()
      integer :: color
      call MPI_Comm_rank(local, rank, ierror)
      call MPI_Comm_size(local, ranks, ierror)
      color = merge(MPI_UNDEFINED, 1, rank == ranks - 1)
      call oasis_create_couplcomm(color, local, coupling, ierror)
      call check(ierror == OASIS_Ok, 'create_couplcomm')
   end subroutine choose

   subroutine couple()
      integer :: part, first, rows
      integer :: sent(2), received(2)
      integer :: numbers(5)
      first = ny*rank/ranks
      rows = ny*(rank + 1)/ranks - first
      numbers = (/2, first*nx, nx, rows, nx/)
      call oasis_def_partition(part, numbers, ierror, nx*ny)
      call check(ierror == OASIS_Ok, 'def_partition')
      call define_what_nobody_mentions(part)
      call define(part, 'O_Flat', 1, OASIS_Out, nx, rows, sent(1))
      call define(part, 'O_Deep', levels, OASIS_Out, nx, rows, sent(2))
      call define(part, 'I_Flat', 1, OASIS_In, nx, rows, received(1))
      call define(part, 'I_Deep', levels, OASIS_In, nx, rows, received(2))
      call oasis_enddef(ierror)
      call check(ierror == OASIS_Ok, 'enddef')
      if (is_asked('server')) call meet_server()
      call check_periods(sent(1), OASIS_Out)
      call check_periods(received(2), OASIS_In)
      call run(first, rows, sent, received)
   end subroutine couple

   !> Names padded with blanks, on a shape that is not needed.
   subroutine define(part, name, bundle, direction, ni, nj, field)
      integer, intent(in) :: part, bundle, direction, ni, nj
      character(len=*), intent(in) :: name
      integer, intent(out) :: field
      character(len=64) :: padded
      padded = name
      call oasis_def_var(field, padded, part, (/2, bundle/), direction, (/1, ni, 1, nj/), OASIS_Real, ierror)
      call check(ierror == OASIS_Ok .and. field > 0, 'def_var of '//name)
   end subroutine define

   subroutine define_what_nobody_mentions(part)
      integer, intent(in) :: part
      character(len=64) :: name
      integer :: number, field
      do number = 1, 28
         write (name, '("O_Field", i2.2)') number
         field = 12345
         call oasis_def_var(field, name, part, (/2, 1/), OASIS_Out, (/1, nx, 1, ny/), OASIS_Real, ierror)
         call check(ierror == OASIS_Ok .and. field == -1, 'def_var of '//trim(name)//', which nobody mentions')
      end do
   end subroutine define_what_nobody_mentions

   !> A process of a server is on the other side of an intercommunicator.
   subroutine meet_server()
      integer :: between, remote
      call oasis_get_intercomm(between, 'xios.x', ierror)
      call check(ierror == OASIS_Ok, 'get_intercomm')
      call MPI_Comm_remote_size(between, remote, ierror)
      call check(remote == 1, 'one process of the server')
      if (rank == 0) call MPI_Send(ranks, 1, MPI_INTEGER, 0, 3, between, ierror)
      call MPI_Comm_free(between, ierror)
   end subroutine meet_server

   !> Both forms of get_freqs, that for one period and that for an array.
   subroutine check_periods(field, direction)
      integer, intent(in) :: field, direction
      integer :: number, several(1), one
      call oasis_get_ncpl(field, number, ierror)
      call check(ierror == OASIS_Ok .and. number == 1, 'get_ncpl')
      call oasis_get_freqs(field, direction, 1, several, ierror)
      call check(ierror == OASIS_Ok .and. several(1) == period_seconds, 'get_freqs of an array')
      call oasis_get_freqs(field, direction, 1, one, ierror)
      call check(ierror == OASIS_Ok .and. one == period_seconds, 'get_freqs of a scalar')
   end subroutine check_periods

   subroutine run(first, rows, sent, received)
      integer, intent(in) :: first, rows, sent(2), received(2)
      real(wp), allocatable :: deep(:, :, :), flat(:, :), back_flat(:, :), back_deep(:, :, :)
      integer :: step, date, expected, i, j, k
      allocate (flat(nx + 2*halo, rows + 2*halo), deep(nx + 2*halo, rows + 2*halo, levels))
      allocate (back_flat(nx, rows), back_deep(nx, rows, levels))
      do step = 0, steps - 1
         date = step*step_seconds
         expected = merge(OASIS_Sent, OASIS_Ok, mod(date, period_seconds) == 0)
         flat = untouched
         deep = untouched
         do j = 1, rows
            do i = 1, nx
               flat(i + halo, j + halo) = value(i, first + j, 0, step)
               do k = 1, levels
                  deep(i + halo, j + halo, k) = value(i, first + j, k, step)
               end do
            end do
         end do
         call oasis_put_inquire(sent(1), date, ierror)
         call check(ierror == expected, 'put_inquire')
         call oasis_put(sent(1), date, flat(1 + halo:nx + halo, 1 + halo:rows + halo), ierror)
         call check(ierror == expected, 'kinfo of a put of two axes')
         call oasis_put(sent(2), date, deep(1 + halo:nx + halo, 1 + halo:rows + halo, :), ierror)
         call check(ierror == expected, 'kinfo of a put of three axes')
         back_flat = untouched
         back_deep = untouched
         expected = merge(OASIS_Recvd, OASIS_Ok, mod(date, period_seconds) == 0)
         call oasis_get(received(1), date, back_flat, ierror)
         call check(ierror == expected, 'kinfo of a get of two axes')
         call oasis_get(received(2), date, back_deep, ierror)
         call check(ierror == expected, 'kinfo of a get of three axes')
         if (expected == OASIS_Ok) then
            call check(all(back_flat == untouched) .and. all(back_deep == untouched), 'nothing due, nothing touched')
            cycle
         end if
         do j = 1, rows
            do i = 1, nx
               call check(back_flat(i, j) == 2*value(i, first + j, 0, step) + 1, 'a value of two axes')
               do k = 1, levels
                  call check(back_deep(i, j, k) == 2*value(i, first + j, k, step) + 1, 'a value of three axes')
               end do
            end do
         end do
      end do
   end subroutine run

end program oasis_ocean
