!> oasis_put and oasis_get: any strided section of real(4) or real(8), one to three axes, without a temporary.
!!
!! One text for both kinds: halocline_oasis_exchange.inc. Its procedures share two bodies.
module halocline_oasis_exchange_f32
   use, intrinsic :: iso_c_binding, only: c_int, c_int64_t, wp => c_float
   use halocline_array, only: describe, section
   use halocline_oasis_c, only: c_get => c_get_f32, c_put => c_put_f32
   use halocline_oasis_state, only: insist, refuse
   include 'halocline_oasis_exchange.inc'
end module halocline_oasis_exchange_f32

module halocline_oasis_exchange_f64
   use, intrinsic :: iso_c_binding, only: c_int, c_int64_t, wp => c_double
   use halocline_array, only: describe, section
   use halocline_oasis_c, only: c_get => c_get_f64, c_put => c_put_f64
   use halocline_oasis_state, only: insist, refuse
   include 'halocline_oasis_exchange.inc'
end module halocline_oasis_exchange_f64

!> call oasis_put(var_id, kstep, fld1, kinfo [, fld2 .. fld5] [, write_restart] [, fracwgt])
!! call oasis_get(var_id, kstep, fld, kinfo)
!!
!! * var_id: what def_var gave
!! * kstep: date since the start of the run [s]
!! * fld: real(4) or real(8), own cells of this process, any section: (cells) or (nx, ny), of a bundle with the level
!!   as one axis more
!! * kinfo: what was done; 0 where nothing is due: fld is then neither read nor written
module halocline_oasis_exchange
   use halocline_oasis_exchange_f32, only: get_field, put_field
   use halocline_oasis_exchange_f64, only: get_field, put_field
   implicit none
   private
   public :: put_field, get_field
end module halocline_oasis_exchange
