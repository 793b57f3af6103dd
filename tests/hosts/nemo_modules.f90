!> The few names of NEMO's modules that halocline_nemo uses, on rows of 12 x 10 cells with a halo of 2.
module par_kind
   use, intrinsic :: iso_c_binding, only: wp => c_double
   implicit none
end module par_kind

module par_oce
   implicit none
   integer, parameter :: Ni0glo = 12, Nj0glo = 10, jpk = 3
end module par_oce

module in_out_manager
   implicit none
   integer, parameter :: nit000 = 1
end module in_out_manager

module dom_oce
   use par_kind, only: wp
   implicit none
   integer, parameter :: nn_hls = 2
   integer :: Nis0, Nie0, Njs0, Nje0
   integer, allocatable :: mig0(:), mjg0(:)
   real(wp), parameter :: rn_Dt = 900.0_wp
end module dom_oce
