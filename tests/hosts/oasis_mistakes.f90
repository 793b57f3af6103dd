!> A host of OASIS that does one thing wrong, named by its argument; each must end the whole job, and say why.
program oasis_mistakes
   use, intrinsic :: iso_fortran_env, only: error_unit
   use mpi
   use mod_oasis
   implicit none
   integer, parameter :: wp = ip_double_p
   integer :: id, ierror, part, field, other
   real(wp) :: array(12, 10), bundle(12, 10, 3)

   call start_mpi()
   call oasis_init_comp(id, 'oceanx', ierror)
   if (is_asked('partition')) call oasis_def_partition(part, (/2, 5, 10, 10, 12/))
   call oasis_def_partition(part, (/0, 0, 120/), ierror)
   if (is_asked('partition_with_kinfo')) then
      call oasis_def_partition(part, (/9, 0, 120/), ierror)
      call check(ierror == OASIS_Error, 'an error with kinfo')
      call oasis_abort(id, 'oasis_mistakes', 'the partition was refused', 'oasis_mistakes.f90', 21, ierror)
   end if
   call oasis_def_var(field, 'O_Flat', part, (/2, 1/), OASIS_Out, (/1, 12, 1, 10/), OASIS_Real, ierror)
   if (is_asked('direction')) call oasis_def_var(field, 'O_Flat', part, (/2, 1/), 22, (/1, 12, 1, 10/), OASIS_Real)
   ! The partner waits for the first of these.
   call oasis_def_var(other, 'O_Deep', part, (/2, 3/), OASIS_Out, (/1, 12, 1, 10/), OASIS_Real, ierror)
   call oasis_def_var(other, 'I_Flat', part, (/2, 1/), OASIS_In, (/1, 12, 1, 10/), OASIS_Real, ierror)
   call oasis_def_var(other, 'I_Deep', part, (/2, 3/), OASIS_In, (/1, 12, 1, 10/), OASIS_Real, ierror)
   call oasis_enddef(ierror)
   array = 1
   bundle = 1
   if (is_asked('unknown')) call oasis_put(-1, 0, array, ierror)
   if (is_asked('shape')) call oasis_put(field, 0, array(:11, :), ierror)
   if (is_asked('rank')) call oasis_put(field, 0, bundle, ierror)
   if (is_asked('get')) call oasis_get(field, 0, array, ierror)
   if (is_asked('gradients')) call oasis_put(field, 0, array, ierror, fld2=array)
   if (is_asked('late')) call oasis_put(field, 5400, array, ierror)
   if (is_asked('backwards')) then
      call oasis_put(field, 900, array, ierror)
      call oasis_put(field, 0, array, ierror)
   end if
   call oasis_put(field, 0, array, ierror)
   if (is_asked('stop')) stop
   if (is_asked('finalize')) call MPI_Finalize(ierror)
   call check(.false., 'nothing went wrong')

contains

   include 'oasis_values.inc'

end program oasis_mistakes
