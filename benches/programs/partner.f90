!> The partner of the ocean in Fortran: reads blocks with their halo where they lie, writes half of the own cells where
!! the ocean receives them.
program partner
   use, intrinsic :: iso_fortran_env, only: real32, real64
   use bench_setting, only: box, exchanges, fields, halo, name_of, own_box, partner_cut, period, read_case, warm_up, wire
   use halocline, only: halocline_define_box, halocline_end_definition, halocline_finalize, halocline_give_back, &
      halocline_init, halocline_lend, halocline_lend_output, halocline_local_communicator, halocline_send_output
   use mpi, only: MPI_Finalize, MPI_Init
   implicit none
   integer :: communicator, status, step, field
   type(box) :: own

   call read_case()
   call MPI_Init(status)
   call halocline_init('partner')
   call halocline_local_communicator(communicator)
   own = own_box(partner_cut, communicator)
   call halocline_define_box('globe', own%i_first, own%j_first, own%ni, own%nj)
   call halocline_end_definition()
   do step = 0, warm_up + exchanges - 1
      do field = 1, fields
         ! The kind of a block is that of the wire.
         if (wire == 'float32') then
            call answer_single(name_of('u', field), name_of('v', field), step*period)
         else
            call answer_double(name_of('u', field), name_of('v', field), step*period)
         end if
      end do
   end do
   call halocline_finalize()
   call MPI_Finalize(status)

contains

   subroutine answer_double(received, sent, date)
      character(len=*), intent(in) :: received, sent   !< names of fields
      integer, intent(in) :: date                      !< [s]
      real(real64), pointer, contiguous :: input(:, :, :), output(:, :, :)
      call halocline_lend(received, input, date)
      call halocline_lend_output(sent, output, date)
      call pass_double(input, output)
      call halocline_send_output(sent, date)
      call halocline_give_back(received)
   end subroutine answer_double

   subroutine answer_single(received, sent, date)
      character(len=*), intent(in) :: received, sent
      integer, intent(in) :: date
      real(real32), pointer, contiguous :: input(:, :, :), output(:, :, :)
      call halocline_lend(received, input, date)
      call halocline_lend_output(sent, output, date)
      call pass_single(input, output)
      call halocline_send_output(sent, date)
      call halocline_give_back(received)
   end subroutine answer_single

   !> The model of all benchmarks: reads every own cell once, writes every own cell once.
   subroutine pass_double(input, output)
      real(real64), contiguous, intent(in) :: input(1 - halo:, 1 - halo:, :)
      real(real64), contiguous, intent(out) :: output(:, :, :)
      output = 0.5_real64*input(1:own%ni, 1:own%nj, :)
   end subroutine pass_double

   subroutine pass_single(input, output)
      real(real32), contiguous, intent(in) :: input(1 - halo:, 1 - halo:, :)
      real(real32), contiguous, intent(out) :: output(:, :, :)
      output = 0.5_real32*input(1:own%ni, 1:own%nj, :)
   end subroutine pass_single

end program partner
