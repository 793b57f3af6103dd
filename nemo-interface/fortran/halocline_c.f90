!> Every bind(c) interface: the functions of include/halocline.h as Fortran sees them. Hosts use module halocline.
module halocline_c
   use, intrinsic :: iso_c_binding, only: c_char, c_int32_t, c_int64_t, c_ptr, c_size_t
   implicit none
   private

   public :: c_begin, c_local_communicator, c_end_definition, c_finish, c_abort, c_error_message
   public :: c_define_serial, c_define_empty, c_define_apple, c_define_box, c_define_orange, c_define_points
   public :: c_define_cube
   public :: c_send_f32, c_send_f64, c_receive_f32, c_receive_f64, c_mask_f32, c_mask_f64
   public :: c_block, c_lend, c_give_back, c_lend_output, c_send_output, c_check_two_axes
   public :: all_processes, bytes_of_f32, bytes_of_f64, c_text

   !> Communicator argument of c_begin that stands for all processes of the job.
   integer(c_int32_t), parameter :: all_processes = -1_c_int32_t

   !> Kinds of lent blocks: HALOCLINE_FLOAT32 and HALOCLINE_FLOAT64.
   integer(c_int32_t), parameter :: bytes_of_f32 = 4_c_int32_t, bytes_of_f64 = 8_c_int32_t

   !> A lent block: halocline_block.
   type, bind(c) :: c_block
      type(c_ptr) :: data              !< null where nothing is lent
      integer(c_int64_t) :: shape(3)   !< axes (i, j, level), halo included
      integer(c_int64_t) :: halo       !< [cells]
      integer(c_int32_t) :: kind       !< bytes_of_f32 or bytes_of_f64
   end type c_block

   interface
      !> Without experiment: $HALOCLINE_EXPERIMENT, else ./experiment.yaml.
      function c_begin(session, component, experiment, communicator) result(code) bind(c, name='halocline_begin')
         import :: c_char, c_int32_t, c_ptr
         type(c_ptr), intent(out) :: session
         character(kind=c_char), intent(in) :: component(*)
         character(kind=c_char), intent(in), optional :: experiment(*)
         integer(c_int32_t), value :: communicator
         integer(c_int32_t) :: code
      end function c_begin

      function c_local_communicator(session, communicator) result(code) &
         bind(c, name='halocline_local_communicator')
         import :: c_int32_t, c_ptr
         type(c_ptr), value :: session
         integer(c_int32_t), intent(inout) :: communicator
         integer(c_int32_t) :: code
      end function c_local_communicator

      function c_end_definition(session) result(code) bind(c, name='halocline_end_definition')
         import :: c_int32_t, c_ptr
         type(c_ptr), value :: session
         integer(c_int32_t) :: code
      end function c_end_definition

      function c_finish(session) result(code) bind(c, name='halocline_finish')
         import :: c_int32_t, c_ptr
         type(c_ptr), value :: session
         integer(c_int32_t) :: code
      end function c_finish

      !> Does not return. Without message: the last error of this thread.
      subroutine c_abort(session, message) bind(c, name='halocline_abort')
         import :: c_char, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in), optional :: message(*)
      end subroutine c_abort

      !> Bytes of the whole message; at most length - 1 of them are copied, then a null byte.
      function c_error_message(buffer, length) result(whole) bind(c, name='halocline_error_message')
         import :: c_char, c_size_t
         integer(c_size_t), value :: length
         character(kind=c_char), intent(inout) :: buffer(length)
         integer(c_size_t) :: whole
      end function c_error_message

      function c_define_serial(session, grid) result(code) bind(c, name='halocline_define_serial')
         import :: c_char, c_int32_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int32_t) :: code
      end function c_define_serial

      function c_define_empty(session, grid) result(code) bind(c, name='halocline_define_empty')
         import :: c_char, c_int32_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int32_t) :: code
      end function c_define_empty

      function c_define_apple(session, grid, offset, cells) result(code) bind(c, name='halocline_define_apple')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int64_t), value :: offset, cells
         integer(c_int32_t) :: code
      end function c_define_apple

      function c_define_box(session, grid, i, j, ni, nj) result(code) bind(c, name='halocline_define_box')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int64_t), value :: i, j, ni, nj
         integer(c_int32_t) :: code
      end function c_define_box

      function c_define_orange(session, grid, segments, offsets, extents) result(code) &
         bind(c, name='halocline_define_orange')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int64_t), value :: segments
         integer(c_int64_t), intent(in) :: offsets(*), extents(*)
         integer(c_int32_t) :: code
      end function c_define_orange

      function c_define_points(session, grid, cells, indices) result(code) &
         bind(c, name='halocline_define_points')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int64_t), value :: cells
         integer(c_int64_t), intent(in) :: indices(*)
         integer(c_int32_t) :: code
      end function c_define_points

      function c_define_cube(session, grid, i, j, level, ni, nj, levels) result(code) &
         bind(c, name='halocline_define_cube')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: grid(*)
         integer(c_int64_t), value :: i, j, level, ni, nj, levels
         integer(c_int32_t) :: code
      end function c_define_cube

      function c_send_f32(session, field, values, shape, strides, seconds, sent) result(code) &
         bind(c, name='halocline_send_f32')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), intent(inout) :: sent
         integer(c_int32_t) :: code
      end function c_send_f32

      function c_send_f64(session, field, values, shape, strides, seconds, sent) result(code) &
         bind(c, name='halocline_send_f64')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), intent(inout) :: sent
         integer(c_int32_t) :: code
      end function c_send_f64

      function c_receive_f32(session, field, values, shape, strides, seconds, received) result(code) &
         bind(c, name='halocline_receive_f32')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), intent(inout) :: received
         integer(c_int32_t) :: code
      end function c_receive_f32

      function c_receive_f64(session, field, values, shape, strides, seconds, received) result(code) &
         bind(c, name='halocline_receive_f64')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), intent(inout) :: received
         integer(c_int32_t) :: code
      end function c_receive_f64

      function c_mask_f32(session, field, values, shape, strides) result(code) bind(c, name='halocline_mask_f32')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int32_t) :: code
      end function c_mask_f32

      function c_mask_f64(session, field, values, shape, strides) result(code) bind(c, name='halocline_mask_f64')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session, values
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), intent(in) :: shape(3), strides(3)
         integer(c_int32_t) :: code
      end function c_mask_f64

      function c_lend(session, field, seconds, kind, block) result(code) bind(c, name='halocline_lend')
         import :: c_block, c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), value :: kind
         type(c_block), intent(out) :: block
         integer(c_int32_t) :: code
      end function c_lend

      function c_lend_output(session, field, seconds, kind, block) result(code) bind(c, name='halocline_lend_output')
         import :: c_block, c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t), value :: kind
         type(c_block), intent(out) :: block
         integer(c_int32_t) :: code
      end function c_lend_output

      function c_give_back(session, field) result(code) bind(c, name='halocline_give_back')
         import :: c_char, c_int32_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int32_t) :: code
      end function c_give_back

      function c_check_two_axes(session, field) result(code) bind(c, name='halocline_check_two_axes')
         import :: c_char, c_int32_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int32_t) :: code
      end function c_check_two_axes

      function c_send_output(session, field, seconds) result(code) bind(c, name='halocline_send_output')
         import :: c_char, c_int32_t, c_int64_t, c_ptr
         type(c_ptr), value :: session
         character(kind=c_char), intent(in) :: field(*)
         integer(c_int64_t), value :: seconds
         integer(c_int32_t) :: code
      end function c_send_output
   end interface

contains

   !> A blank-padded name as C wants it.
   pure function c_text(name) result(text)
      character(len=*), intent(in) :: name
      character(kind=c_char, len=:), allocatable :: text
      text = trim(name)//achar(0, c_char)
   end function c_text

end module halocline_c
