///Changes to one of the contacts, made by [`Customer::patch`].
#[must_use = "a patch does nothing until it is sent"]
struct CustomerPatch(::vibecode_runtime::__private::Body);
const _: () = {
    use ::vibecode_runtime::__private as __v;
    #[automatically_derived]
    impl __v::Patch for CustomerPatch {
        type Entity = __v::Contacts;
        const WIRE_NAMES: &'static [&'static __v::str] = &["post", "psot"];
        fn body(&self) -> &__v::Body {
            &self.0
        }
    }
    #[automatically_derived]
    impl __v::PatchOf<__v::Contacts> for CustomerPatch {}
    #[automatically_derived]
    impl __v::Clone for CustomerPatch {
        fn clone(&self) -> Self {
            Self(__v::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __v::Default for CustomerPatch {
        fn default() -> Self {
            Self(__v::Body::of::<__v::Contacts>())
        }
    }
    #[automatically_derived]
    impl __v::Debug for CustomerPatch {
        fn fmt(&self, __f: &mut __v::Formatter<'_>) -> __v::fmt::Result {
            __f.debug_tuple("CustomerPatch").field(&self.0).finish()
        }
    }
    #[automatically_derived]
    impl __v::Serialize for CustomerPatch {
        fn serialize<__S: __v::Serializer>(
            &self,
            __to: __S,
        ) -> __v::Result<__S::Ok, __S::Error> {
            __v::Serialize::serialize(&self.0, __to)
        }
    }
    #[automatically_derived]
    impl CustomerPatch {
        /// Calls a setter with the value of a `Some`. A `None` leaves the field unchanged.
        fn maybe<__V>(
            self,
            __value: __v::Option<__V>,
            __set: impl __v::FnOnce(Self, __V) -> Self,
        ) -> Self {
            __v::maybe(self, __value, __set)
        }
        /// Sets a field that the struct does not have, by its wire name and **without checks**.
        /// The API drops a name that it does not know and answers 200. The patch is no longer
        /// idempotent. Sending the patch fails if the struct itself has this wire name.
        fn set_unchecked(
            mut self,
            __name: impl __v::Into<__v::String>,
            __value: impl __v::Serialize,
        ) -> Self {
            __v::set_unchecked::<Self>(&mut self.0, __name, __value);
            self
        }
        ///Sets `post`: Position (string).
        fn post(self, __value: impl __v::TakenInto<String>) -> Self {
            Self(<String as __v::TextField>::set(self.0, "post", __value))
        }
        ///Clears `post` by sending `""`.
        fn clear_post(self) -> Self {
            Self(__v::clear(self.0, "post", "\"\""))
        }
        #[doc(hidden)]
        fn psot<__V>(self, _: __V) -> Self {
            self
        }
        #[doc(hidden)]
        fn add_psot<__V>(self, _: __V) -> Self {
            self
        }
        #[doc(hidden)]
        fn clear_psot(self) -> Self {
            self
        }
    }
    #[automatically_derived]
    impl __v::ToPatch for Customer {
        fn present(&self, __body: &mut __v::Body) {
            <String as __v::TextField>::copy_option(__body, "post", &self.post);
            let _ = &self.psot;
        }
    }
    #[automatically_derived]
    impl Customer {
        /// Creates a patch without changes.
        fn patch() -> CustomerPatch {
            __v::Default::default()
        }
        /// Creates a patch from all values that are present in this struct. `None` and an empty
        /// list leave the field unchanged. Phones and emails are added.
        fn to_patch(&self) -> CustomerPatch {
            let mut __patch: CustomerPatch = __v::Default::default();
            __v::ToPatch::present(self, &mut __patch.0);
            __patch
        }
    }
};
::core::compile_error! {
    "contacts have no field `psot`: did you mean `post`?"
}
