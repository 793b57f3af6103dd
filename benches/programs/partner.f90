!> The partner of the ocean in Fortran: receives blocks with their halo, halves them, sends the own cells back.
program partner
   use, intrinsic :: iso_fortran_env, only: real64
   use bench_setting, only: box, exchanges, fields, halo, levels, name_of, own_box, partner_cut, period, read_case, &
      warm_up
   use halocline, only: halocline_define_box, halocline_end_definition, halocline_finalize, halocline_init, &
      halocline_local_communicator, halocline_receive, halocline_send
   use mpi, only: MPI_Finalize, MPI_Init
   implicit none
   integer :: communicator, status, step
   type(box) :: own
   real(real64), allocatable :: block(:, :, :, :)    !< axes (i, j, level, field), with the halo
   real(real64), allocatable :: answer(:, :, :, :)   !< axes (i, j, level, field), own cells

   call read_case()
   call MPI_Init(status)
   call halocline_init('partner')
   call halocline_local_communicator(communicator)
   own = own_box(partner_cut, communicator)
   call halocline_define_box('globe', own%i_first, own%j_first, own%ni, own%nj)
   call halocline_end_definition()
   allocate (block(1 - halo:own%ni + halo, 1 - halo:own%nj + halo, levels, fields), source=0.0_real64)
   allocate (answer(own%ni, own%nj, levels, fields), source=0.0_real64)
   do step = 0, warm_up + exchanges - 1
      call answer_at(step*period)
   end do
   call halocline_finalize()
   call MPI_Finalize(status)

contains

   subroutine answer_at(date)
      integer, intent(in) :: date   !< [s]
      integer :: number
      do number = 1, fields
         call halocline_receive(name_of('u', number), block(:, :, :, number), date)
      end do
      do number = 1, fields
         call model_pass(block(:, :, :, number), answer(:, :, :, number))
         call halocline_send(name_of('v', number), answer(:, :, :, number), date)
      end do
   end subroutine answer_at

   !> The model of all benchmarks: reads every own cell once, writes every own cell once.
   subroutine model_pass(input, output)
      real(real64), intent(in) :: input(1 - halo:, 1 - halo:, :)
      real(real64), intent(out) :: output(:, :, :)
      output = 0.5_real64*input(1:own%ni, 1:own%nj, :)
   end subroutine model_pass

end program partner
