!> Steps as NEMO's would be with the module of nemo-interface/nemo: sends a velocity and a height, receives a tendency.
program nemo_like
   use mpi
   use dom_oce, only: mig0, mjg0, Nie0, Nis0, Nje0, Njs0, nn_hls
   use halocline, only: halocline_abort
   use halocline_nemo, only: receive_from_worker, send_to_worker, worker_begin, worker_end
   use in_out_manager, only: nit000
   use par_kind, only: wp
   use par_oce, only: jpk, Ni0glo, Nj0glo
   implicit none
   integer, parameter :: steps = 4, Kbb = 2
   integer :: comm, rank, ranks, ierr, kt
   real(wp), allocatable :: uu(:, :, :, :), ssh(:, :, :), zu_f(:, :, :), zflat(:, :)
   logical :: received

   call worker_begin(comm)
   call MPI_Comm_rank(comm, rank, ierr)
   call MPI_Comm_size(comm, ranks, ierr)
   call dom_init(Nj0glo*rank/ranks, Nj0glo*(rank + 1)/ranks)
   allocate (uu(size(mig0), size(mjg0), jpk, 3), ssh(size(mig0), size(mjg0), 3))
   allocate (zu_f(size(mig0), size(mjg0), jpk), zflat(size(mig0), size(mjg0)))
   do kt = nit000, nit000 + steps - 1
      uu = -7
      ssh = -7
      uu(Nis0:Nie0, Njs0:Nje0, :, Kbb) = spread(plane(kt), 3, jpk)
      ssh(Nis0:Nie0, Njs0:Nje0, Kbb) = plane(kt) + 0.25_wp
      call send_to_worker('u', uu(:, :, :, Kbb), kt)
      call send_to_worker('ssh', ssh(:, :, Kbb), kt)
      zu_f = -9
      zflat = -9
      call receive_from_worker('u_f', zu_f, kt, received)
      call receive_from_worker('h_f', zflat, kt)
      call check(received .eqv. mod(kt - nit000, 2) == 0, 'every other step')
      if (received) then
         call check(all(abs(zu_f(Nis0:Nie0, Njs0:Nje0, jpk) - 2*plane(kt)) < 1e-9_wp), 'own cells')
         call check(all(abs(zflat(Nis0:Nie0, Njs0:Nje0) - plane(kt) - 0.25_wp) < 1e-9_wp), 'own cells of a plane')
      end if
      call check(all(zu_f(:nn_hls, :, :) < -8) .and. all(zu_f(:, :nn_hls, :) < -8), 'the halo is left alone')
   end do
   call worker_end()
   print '(a)', 'all values as expected'

contains

   subroutine dom_init(first, end)
      integer, intent(in) :: first, end
      integer :: position
      Nis0 = 1 + nn_hls
      Nie0 = Ni0glo + nn_hls
      Njs0 = 1 + nn_hls
      Nje0 = end - first + nn_hls
      mig0 = [(position - nn_hls, position=1, Nie0 + nn_hls)]
      mjg0 = [(first + position - nn_hls, position=1, Nje0 + nn_hls)]
   end subroutine dom_init

   function plane(step)
      integer, intent(in) :: step
      real(wp) :: plane(Ni0glo, Nje0 - Njs0 + 1)
      integer :: i, j
      do j = Njs0, Nje0
         do i = Nis0, Nie0
            plane(i - Nis0 + 1, j - Njs0 + 1) = mig0(i) + 100*mjg0(j) + 10000*step
         end do
      end do
   end function plane

   subroutine check(is_good, what)
      logical, intent(in) :: is_good
      character(len=*), intent(in) :: what
      if (.not. is_good) call halocline_abort('wrong: '//what)
   end subroutine check

end program nemo_like
