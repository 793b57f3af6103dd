!> Send and receive sections of each kind; the default real is real(4) or, with -fdefault-real-8, real(8).
module exchange_f32
   use, intrinsic :: iso_fortran_env, only: error_unit, int64, real64, wp => real32
   use exchange_case, only: case_type, domain_type, field_type, own_levels
   use exchange_reference, only: encoded, expected, receive_is_due, send_is_due
   use halocline, only: halocline_mask, halocline_receive, halocline_send
   include 'exchange_section.inc'
end module exchange_f32

module exchange_f64
   use, intrinsic :: iso_fortran_env, only: error_unit, int64, real64, wp => real64
   use exchange_case, only: case_type, domain_type, field_type, own_levels
   use exchange_reference, only: encoded, expected, receive_is_due, send_is_due
   use halocline, only: halocline_mask, halocline_receive, halocline_send
   include 'exchange_section.inc'
end module exchange_f64

module default_kind
   implicit none
   integer, parameter :: wp = kind(1.0)
end module default_kind

module exchange_default
   use, intrinsic :: iso_fortran_env, only: error_unit, int64, real64
   use default_kind, only: wp
   use exchange_case, only: case_type, domain_type, field_type, own_levels
   use exchange_reference, only: encoded, expected, receive_is_due, send_is_due
   use halocline, only: halocline_mask, halocline_receive, halocline_send
   include 'exchange_section.inc'
end module exchange_default
